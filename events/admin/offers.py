"""What an operator can do to one event as it is now, or to events in some states."""

from collections.abc import Collection

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef

from events.actor import Actor
from events.models import Event
from events.operations import Kind, concerned
from events.status import OPEN, Status

STATES = {
    Kind.RESTART: (Status.FINISHED, Status.FAILED, Status.ABORTED),
    Kind.ABORT: OPEN,
    Kind.DELETE: tuple(Status),
}
"""The states in which an event is for each kind of operation, as ``operations.concerned`` has them."""
NO_JOB = "no_job"


def offered_in(states: Collection[str]) -> list[Kind]:
    """Return the kinds of operations that are for events in any of these states; no states: in all of them."""
    return [kind for kind, own in STATES.items() if not states or set(own).intersection(states)]


def reasons(kind: str) -> list[tuple[str, str]]:
    """Return why an operation may skip an event, each with its words: it is no job, or in the wrong state."""
    states = [(status.value, status.label.lower()) for status in Status if status not in STATES[Kind(kind)]]
    return [(NO_JOB, "no jobs, and only jobs can be restarted"), *states] if kind == Kind.RESTART else states


def offered(event: Event, by: Actor) -> list[str]:
    """Return the kinds of operations that would change the event."""
    is_concerned = {f"is_for_{kind}": ExpressionWrapper(concerned(kind), BooleanField()) for kind in Kind}
    has_children = Exists(Event.objects.filter(depends_on=OuterRef("pk")))
    now = Event.objects.filter(pk=event.pk).annotate(has_children=has_children, **is_concerned)
    found = now.values("has_children", *is_concerned).first()
    if found is None:
        return []
    kinds = [kind.value for kind in (Kind.RESTART, Kind.ABORT) if found[f"is_for_{kind}"]]
    return kinds if found["has_children"] and not by.is_manager else [*kinds, Kind.DELETE.value]
