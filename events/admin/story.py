"""The timeline of an event, as far as it is known: the row keeps when it was created and when it was changed last."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.models import Event
from events.status import OPEN, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened."""

    time: SafeString
    what: str
    status: str = ""
    """What the event became, if that is what happened."""
    status_label: str = ""
    gap: str = ""
    """How long it took from the moment before."""


def story_of(event: Event, source: Event | None) -> list[Moment]:
    """Return what happened, the oldest first; ``source`` is what a job is for."""
    steps: list[tuple[datetime, str, str]] = []
    if source is not None:
        steps.append((source.created_at, f"{source.topic} was dispatched", ""))
        if source.updated_at > source.created_at:
            steps.append((source.updated_at, f"{source.topic} was changed last", source.status))
    steps.append((event.created_at, _beginning(event), "" if event.updated_at > event.created_at else event.status))
    if event.updated_at > event.created_at:
        by = f" by {event.sender}" if event.sender else ""
        steps.append((event.updated_at, f"Changed last{by}", event.status))
    steps.sort(key=lambda step: step[0])
    moments = []
    before = None
    for moment, what, status in steps:
        gap = "" if before is None else render.duration(moment - before)
        label = Status(status).label if status else ""
        moments.append(Moment(time=render.long_time(moment), what=what, status=status, status_label=label, gap=gap))
        before = moment
    return moments


def state_of(event: Event) -> str:
    """Say how long an event that is not settled has been waiting or running; empty for others."""
    if event.status not in (*OPEN, Status.RESTARTED):
        return ""
    verb = "Running" if event.status == Status.IN_PROGRESS else "Waiting"
    return f"{verb} for {render.duration(timezone.now() - event.updated_at)}"


def _beginning(event: Event) -> str:
    who = event.created_by or event.user
    verb = "Created as a job" if event.depends_on_id else "Dispatched"
    return f"{verb} by {who}" if who else verb
