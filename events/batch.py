"""Batch: many new events enter the stream at once."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from uuid import UUID

from django.db import IntegrityError, transaction

from events import access, bulk, bus, limits, refusals, validation
from events.actor import SERVER, Actor
from events.dispatch import ATTEMPTS, Dispatched, NewEvent, announcement, conflict_with, event_for, verb_of
from events.errors import DependencyMissing, EventError, Forbidden, InvalidField
from events.message import Message
from events.models import Event

Outcome: TypeAlias = Dispatched | EventError
"""What became of one event of a batch."""


def dispatch_batch(batch: Sequence[NewEvent], by: Actor = SERVER) -> list[Outcome]:
    """Store the events in one transaction, tell everybody, and return what became of each, in their order.

    What is refused (``depends_on`` is no event; ``reuse``, which a batch does not do) has its error in its
    place and does not keep the others out. A hash that is taken, also by an earlier event of the batch, gives
    the id of the event that has it. The positions follow the order of the batch. Raise Forbidden if the
    actor may not, InvalidField if there are more than BATCH_MAX events, TooManyRequests above EVENTS_DISPATCH_RATE,
    where a batch counts as one; then nothing has happened.
    """
    limits.admit_dispatch(by)
    validation.check_batch("events", batch)
    if batch and not any(_may(new, by) for new in batch):
        raise _refusal(batch[0], by)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return _dispatch(batch, by)
        except IntegrityError:  # what an event depends on, or what had its hash, has just been deleted
            if attempt == ATTEMPTS:
                raise
    raise AssertionError


def _dispatch(batch: Sequence[NewEvent], by: Actor) -> list[Outcome]:
    drafts = _with_dependencies([_draft(new, by) for new in batch], by)
    first_of: dict[str, Event] = {}
    for new, draft in zip(batch, drafts, strict=True):
        if new.store and isinstance(draft, Event):
            first_of.setdefault(draft.hash, draft)
    created = bulk.insert_new(list(first_of.values()))
    ids = _ids_of(hash_ for hash_, first in first_of.items() if first.id not in created)
    outcomes: list[Outcome] = []
    messages: list[Message] = []
    for new, draft in zip(batch, drafts, strict=True):
        if isinstance(draft, EventError):
            outcomes.append(draft)
        elif not new.store or (first_of[draft.hash] is draft and draft.id in created):
            messages.append(announcement(draft, new))
            outcomes.append(Dispatched(id=draft.id, created=True))
        else:
            outcomes.append(_existing(*ids.get(draft.hash, (first_of[draft.hash].id, draft.project)), by))
    bus.publish_after_commit(*messages)
    return outcomes


def _existing(event_id: UUID, project: str | None, by: Actor) -> Outcome:
    """Return the event that has the hash, or a refusal to who may not know of it."""
    if access.knows_project(by, project):
        return Dispatched(id=event_id, created=False)
    return conflict_with(event_id, project, by)


def _draft(new: NewEvent, by: Actor) -> Event | EventError:
    """Return the event, not stored yet, or why it cannot be."""
    if not _may(new, by):
        return _refusal(new, by)
    if new.reuse:
        return InvalidField("reuse", "expected false in a batch")
    try:
        return event_for(new, by)
    except InvalidField as error:
        return error


def _may(new: NewEvent, by: Actor) -> bool:
    return access.may_dispatch(by, topic=new.topic, project=new.project, store=new.store)


def _refusal(new: NewEvent, by: Actor) -> Forbidden:
    return refusals.of_new(by, verb_of(new), topic=new.topic, project=new.project)


def _with_dependencies(drafts: Sequence[Event | EventError], by: Actor) -> list[Event | EventError]:
    """Refuse those that depend on no event."""
    wanted = {draft.depends_on_id for draft in drafts if isinstance(draft, Event) and draft.depends_on_id}
    found = Event.objects.filter(pk__in=wanted).values_list("pk", "project") if wanted else ()
    missing = wanted.difference(pk for pk, project in found if access.knows_project(by, project))
    return [
        DependencyMissing() if isinstance(draft, Event) and draft.depends_on_id in missing else draft
        for draft in drafts
    ]


def _ids_of(hashes: Iterable[str]) -> dict[str, tuple[UUID, str | None]]:
    """Return ids and projects of the events that have these hashes; IntegrityError if one of them is gone again."""
    wanted = list(hashes)
    if not wanted:
        return {}
    having = Event.objects.filter(hash__in=wanted).values_list("hash", "id", "project")
    ids = {hash_: (event_id, project) for hash_, event_id, project in having}
    if len(ids) < len(wanted):
        raise IntegrityError("an event was deleted while its hash was in the way")
    return ids
