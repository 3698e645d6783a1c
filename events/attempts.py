"""Attempts: how an event was worked on, how often, and how each time ended.

The row of an event has the latest attempt: when it was begun and when it ended, written by the very statement that
changes the status. Only when that attempt is left, because the event is handed out again or restarted, one row is
written that keeps it. So what happens to every job costs nothing, and what happens to few costs a look and a row.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Expression, F, Value, When

from events.models import Attempt, Event
from events.prepared import Slot
from events.status import Status

WAITING = frozenset({Status.PENDING, Status.RESTARTED})
"""An event that gets one of these states leaves the attempt that it was at."""
DESCRIPTION_KEPT = 1_000
"""Characters."""


def moments(status: object) -> dict[str, Expression]:
    """Return what a change to this state says about the latest attempt, as columns that the statement computes.

    Who says once more what the state is already, changes neither moment.
    """
    if status is None:
        return {}
    if status in WAITING:
        return {"started_at": Value(None), "ended_at": Value(None)}
    now = Slot("updated_at", Event._meta.get_field("updated_at"))
    if status == Status.IN_PROGRESS:
        return {"started_at": Case(When(status=status, then=F("started_at")), default=now), "ended_at": Value(None)}
    return {"ended_at": Case(When(status=status, then=F("ended_at")), default=now)}


def keep(event_id: UUID, *, left_as: str, at: datetime) -> None:
    """Keep the attempt that the event is about to leave, if it is at any; its row is locked from here on."""
    events = Event.objects.select_for_update(no_key=True).filter(pk=event_id)
    event = events.exclude(status__in=WAITING).defer("summary", "payload").first()
    if event is None:
        return
    is_over = event.status != Status.IN_PROGRESS
    Attempt.objects.create(
        event=event,
        sender=event.sender,
        status=event.status,
        description=event.description[:DESCRIPTION_KEPT],
        started_at=event.started_at,
        ended_at=event.ended_at or (event.updated_at if is_over else None),
        left_at=at,
        left_as=left_as,
    )


def take_up_again(event_id: UUID, left_at: datetime) -> None:
    """Let an event be at the attempt again that it has left: nobody has heard of the next one."""
    Attempt.objects.filter(event=event_id, left_at=left_at).delete()


def forget(event_ids: Collection[UUID]) -> None:
    """Delete what is kept of these events, which go."""
    Attempt.objects.filter(event__in=event_ids).delete()
