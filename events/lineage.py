"""Which events go together when many are deleted: parents wait for their children, or take them along."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery

from events.delete import descendants
from events.models import Event
from events.queryset import EventQuerySet

GENERATIONS = 3
"""How far below an event ``with_staying_child`` looks for one that stays."""


def with_staying_child(found: EventQuerySet) -> EventQuerySet:
    """Note as ``staying`` with what is to be deleted a child that keeps an event: that stays, or is kept itself.

    There may be one where none is noted: one that is kept by something that is many generations below.
    """
    return found.alias(staying=_staying_child(found, GENERATIONS))


def _staying_child(found: EventQuerySet, generations: int) -> Subquery:
    """Return a child that is not found, or has a descendant that is not: looked up event by event, and child by child.

    PostgreSQL turns EXISTS into a join, for which it may read all events that there are.
    """
    itself = found.filter(pk=OuterRef("pk")).order_by().values("pk")[:1]
    children = Event.objects.filter(depends_on=OuterRef("pk")).alias(itself=Subquery(itself))
    stays = Q(itself__isnull=True)
    if generations > 1:
        children = children.alias(staying=_staying_child(found, generations - 1))
        stays |= Q(staying__isnull=False)
    return Subquery(children.filter(stays).order_by().values("pk")[:1])


class Lineage:
    """Follows a deletion through its batches, which come newest first; in a dry run nothing is deleted in between."""

    def __init__(self, found: EventQuerySet, *, dry_run: bool) -> None:
        """Take what is to be deleted."""
        self._found = found
        self._dry_run = dry_run
        self._kept: set[UUID] = set()
        """Parents of events that were left."""
        self._told: set[UUID] = set()
        """Descendants that a dry run has counted already."""

    def without_parents(self, batch: Sequence[Event]) -> set[UUID]:
        """Return the ids of those on which nothing depends but what is deleted as well."""
        by_id = {event.id: event for event in batch}
        children = Event.objects.children_of(by_id).exclude(pk__in=by_id)
        if self._dry_run:  # what is found is still there: newer children have been dealt with, older ones have not
            is_older = Q(creation_order__lt=batch[-1].creation_order)
            children = children.filter(~Exists(self._found.filter(pk=OuterRef("pk"))) | is_older)
        self._kept.update(parent for parent in children.values_list("depends_on", flat=True) if parent)
        doomed = set(by_id)
        staying = [by_id[pk] for pk in by_id.keys() & self._kept]
        while staying:  # whoever stays keeps his parent, who may be in the same batch
            event = staying.pop()
            doomed.discard(event.id)
            if event.depends_on_id:
                self._kept.add(event.depends_on_id)
                if event.depends_on_id in doomed:
                    staying.append(by_id[event.depends_on_id])
        return doomed

    def with_descendants(self, batch: Sequence[Event]) -> set[UUID]:
        """Return the ids of all of them, and of all that depends on them; a dry run tells each id once."""
        ids = {event.id for event in batch}
        taken = {pk for generation in descendants(ids) for pk in generation} - ids
        if self._dry_run:
            taken -= self._told | set(self._found.filter(pk__in=taken).values_list("pk", flat=True))
            self._told |= taken
        return ids | taken
