"""Handover: what handing out a job has changed, so that it can be taken back if nobody gets the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from events import attempts, bus, message
from events.claim import Repeatable
from events.models import Event
from events.status import Status
from events.update import write


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """How a job came to its holder."""

    job_id: UUID
    at: datetime
    """The ``updated_at`` that the job got; it has another one as soon as its holder begins or asks for it again."""
    before: Mapping[str, object]
    """The columns as they were."""


def of_new(job: Event) -> Handover:
    """Return the handover of a new job. Taken back, it is the first to be handed out, as its source was."""
    free = {"status": Status.RESTARTED, "sender": None, "sender_type": None}
    return Handover(job_id=job.id, at=job.updated_at, before=free)


def of_old(job: Event, before: Repeatable) -> Handover:
    """Return the handover of a job that was there; taken back, it is as it was."""
    columns = before._asdict()
    return Handover(job_id=columns.pop("id"), at=job.updated_at, before=columns)


def renew(job: Event) -> bool:
    """Give a job that was not begun to its holder again, who has asked for it; False if it is not the holder's now.

    An answer that is just found to be undeliverable must not take the job back from under this one.
    """
    if job.status != Status.PENDING:
        return True
    untouched = Event.objects.filter(pk=job.pk, status=Status.PENDING, sender=job.sender)
    return bool(untouched.update(updated_at=timezone.now()))


def give_back(handovers: Iterable[Handover]) -> None:
    """Make jobs claimable again at once whose holders never heard of them, retries included.

    A job that its holder has meanwhile asked for again, or begun, stays with it.
    """
    for each in handovers:
        with transaction.atomic():
            untouched = Event.objects.filter(pk=each.job_id, status=Status.PENDING, updated_at=each.at)
            if untouched.select_for_update(no_key=True).only("pk").first():
                job = write(each.job_id, dict(each.before))
                attempts.take_up_again(each.job_id, each.at)
                bus.publish_after_commit(message.updated(job, progress=None))
