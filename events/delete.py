"""Delete: events leave the stream."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from events import access, attempts, audit, bus, message, refusals, trail, validation
from events.actor import SERVER, Actor
from events.errors import EventHasChildren, Forbidden
from events.models import Event
from events.policies import Verb
from events.release import release

HIDDEN = "Not allowed to delete this event"
"""What is said of an event that there is not, as of one that the asker may not see."""
CASCADE_MAX = 10_000
"""Events that one deletion may take along; all of them are locked at once."""


def delete(event_id: str | UUID, *, cascade: bool = False, by: Actor = SERVER) -> int:
    """Delete an event, with ``cascade`` also all that depends on it; return how many there were.

    Deleting what does not exist is no error, unless it may be there and hidden from the actor. A deleted job sets its
    source free, so the source moves to the end of the stream and can be enrolled again; both is told after the commit.
    Raise Forbidden if the actor may not, EventHasChildren (with their number) if others depend on the event, or too
    many for one cascade.
    """
    pk = validation.parse_id("eventId", event_id)
    with transaction.atomic():
        event = Event.objects.select_for_update().filter(pk=pk).defer("payload").first()
        if event is None:
            if access.operates(by) and access.reads_everything(by):
                return 0
            raise Forbidden(HIDDEN)
        if not access.may_operate(by, topic=event.topic, project=event.project, user=event.user):
            raise refusals.of_event(by, Verb.OPERATE, event, doing="delete")
        if not cascade:
            refusals.refuse_children(pk, by)
        doomed = {pk}
        if cascade:
            doomed = doomed.union(*descendants([pk]))
            check_operable(doomed, by)
        if by is not SERVER:
            _record(event, doomed, by)
        remove(doomed)
    return len(doomed)


def _record(event: Event, doomed: set[UUID], by: Actor) -> None:
    """Leave a record of the event, and of which others go with it."""
    audit.record(
        "event.deleted",
        f"{event.topic} deleted",
        by=by,
        id=event.id.hex,
        topic=event.topic,
        project=event.project,
        hash=event.hash,
        before={name: getattr(event, name) for name in trail.TOLD},
        after=None,
        affected=len(doomed),
        details={"before": audit.states_of(doomed)},
    )


def check_operable(ids: set[UUID], by: Actor) -> None:
    """Raise Forbidden if the actor may not operate on all of the events."""
    operable = access.operable(by)
    if Event.objects.filter(pk__in=ids).exclude(operable).exists():
        raise Forbidden("Not allowed to delete all events that depend on this one")


def remove(ids: set[UUID]) -> None:
    """Delete events that are locked and have no other children than each other; sources of jobs are free again."""
    doomed = Event.objects.filter(pk__in=ids)
    gone = [message.deleted(event) for event in doomed.defer("payload", "summary")]
    sources = {source for source in doomed.values_list("depends_on", flat=True) if source and source not in ids}
    doomed.delete()
    attempts.forget(ids)
    release(sources)
    for envelope in gone:
        bus.tell_processes_after_commit(envelope)


def descendants(roots: Iterable[UUID]) -> list[list[UUID]]:
    """Return the ids of the children, of their children, and so on: one list for each generation.

    Each is locked before its own children are looked up, so that none gets another child in the meantime.
    Raise EventHasChildren if there are more than CASCADE_MAX of them.
    """
    generations: list[list[UUID]] = []
    parents = list(roots)
    left = CASCADE_MAX
    while parents := _children(parents, left + 1):
        left -= len(parents)
        if left < 0:
            raise EventHasChildren(f"More than {CASCADE_MAX} events depend on what is to be deleted")
        generations.append(parents)
    return generations


def _children(parents: list[UUID], most: int) -> list[UUID]:
    return list(Event.objects.children_of(parents).select_for_update().values_list("pk", flat=True)[:most])
