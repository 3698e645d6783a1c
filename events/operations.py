"""Operations: delete, restart or abort everything that a filter finds, with numbers before and after.

The viewer and ``POST /api/eventops`` both call ``operate``; nothing else changes many events at once.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from events import access, audit, filters, listviews, refusals, validation
from events.actor import SERVER, Actor
from events.delete import check_operable, remove
from events.errors import InvalidField
from events.lineage import Lineage
from events.models import Event
from events.policies import Verb
from events.queryset import EventQuerySet
from events.status import OPEN, Status
from events.tally import EXAMPLES, Outcome, Progress, Tally
from events.update import EventChanges, update

BATCH = 500
"""Events that one transaction takes; others wait for no longer than that."""
IDS_MAX = 10_000


class Kind(StrEnum):
    """What to do, to which events; what is found beside them is left alone and counted as skipped."""

    DELETE = "delete"
    """Deletes events in every state, also jobs that somebody holds; the source of a deleted job can be enrolled again.
    An event that others depend on which stay, or are older (``reuse`` can make that), is left and counted as blocked;
    with ``cascade`` it goes, and all that depends on it."""
    RESTART = "restart"
    """Sets jobs that are finished, failed or aborted to ``restarted``: the next enroll hands them out, whatever their
    retries. Skips what is no job, jobs that somebody holds (pending, in_progress: abort them first, so that
    none is worked on twice) and those restarted already."""
    ABORT = "abort"
    """Sets events that are pending or in_progress to ``aborted``, jobs and others. Skips everything else."""

    @property
    def noun(self) -> str:
        """Return what it is called as a deed."""
        return "deletion" if self is Kind.DELETE else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What to do to which events: those that satisfy all that is given of filter, ids and ``within``."""

    kind: str
    filter: Mapping[str, object] | None = None
    """In the language of ``events.filters``."""
    ids: Collection[str | UUID] | None = None
    """At most IDS_MAX; those of no event are passed over."""
    within: EventQuerySet | None = None
    """What Python code demands besides, also what the filter language cannot say."""
    view: str = ""
    """The view of the list in which it was asked for, for the audit trail."""
    run: str = ""
    """The id of the record that tells of all of it, if there is one, for the records of its batches."""
    everything: bool = False
    """All events are meant if neither filter nor ids restrict anything; that is refused otherwise."""
    cascade: bool = False
    """Delete what depends on the events as well; other kinds take no notice."""
    dry_run: bool = False
    """Only count; nothing changes."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        if self.kind not in list(Kind):
            raise InvalidField("type", f"expected one of {', '.join(Kind)}")
        if self.ids is not None and len(self.ids) > IDS_MAX:
            raise InvalidField("ids", f"expected at most {IDS_MAX} ids, got {len(self.ids)}")
        if not self.condition() and self.within is None and not self.everything:
            raise InvalidField("filter", 'expected a filter with conditions, ids, or "all": true for all events')

    def condition(self, *, hides_secrets: bool = False) -> Q:
        """Return what the events have to satisfy beside ``within``; falsy if that is nothing.

        ``hides_secrets`` as filters have it.
        """
        condition = filters.condition_for(self.filter or {}, hides_secrets=hides_secrets)
        if self.ids is not None:
            condition &= Q(pk__in=[validation.parse_id(f"ids[{at}]", each) for at, each in enumerate(self.ids)])
        return condition

    def found(self, condition: Q) -> EventQuerySet:
        """Return the events that are meant and satisfy the condition, without summaries and payloads."""
        events = Event.objects.all() if self.within is None else self.within.order_by()
        return events.filter(condition).defer("summary", "payload")


def operate(operation: Operation, by: Actor = SERVER, on_progress: Progress | None = None) -> Outcome:
    """Carry the operation out as ``carry_out`` does, and tell how it went."""
    tally = Tally(on_progress)
    carry_out(operation, tally, by)
    return tally.outcome()


def carry_out(operation: Operation, tally: Tally, by: Actor) -> None:
    """Carry the operation out, in batches of one transaction each, and leave a record of each batch.

    Each event is changed, moved and published as by a single update or deletion. What is dispatched meanwhile is not
    touched. The tally has how it went, and tells so after each batch; if who is told raises, the operation ends there,
    and so it does at an error: what was done stays done, and the same operation takes up the rest.

    Raise Forbidden if the actor may not; EventHasChildren if a cascade would take more than
    ``delete.CASCADE_MAX`` events with one batch.
    """
    newest = Event.objects.order_by("-creation_order").values_list("creation_order", flat=True).first() or 0
    found = meant(operation, by).filter(creation_order__lte=newest)
    if operation.kind == Kind.DELETE:
        _delete(found, operation, tally, by)
    else:
        _change_status(found, operation, tally, by)


def meant(operation: Operation, by: Actor) -> EventQuerySet:
    """Return what is found, whatever its state. Raise Forbidden if the actor may not operate."""
    if not access.operates(by):
        raise refusals.of_all(by, Verb.OPERATE)
    return operation.found(operation.condition(hides_secrets=not by.sees_secrets) & access.operable(by))


def concerned(kind: str) -> Q:
    """Return the condition that an event is in a state for this kind of operation."""
    return _CONCERNED[Kind(kind)]


# --- the record -----------------------------------------------------------------------------------------


def told(kind: str, affected: int) -> str:
    """Return in words what was done to how many."""
    return f"{Kind(kind).noun.capitalize()} of {affected} event{'s' * (affected != 1)}"


def asked(operation: Operation) -> dict[str, Any]:
    """Return what the audit trail keeps of what was asked for, without secrets."""
    return {
        "filter": filters.masked(operation.filter) if operation.filter else operation.filter,
        "chosen": None if operation.ids is None else len(operation.ids),
        "view": listviews.masked(operation.view),
        "everything": operation.everything,
        "cascade": operation.cascade,
    }


def counts(kind: Kind, done: Outcome) -> dict[str, Any]:
    """Return how many there were, and which states they had before and have now."""
    after = {_BECOMES.get(kind, "deleted"): done.affected} if done.affected else {}
    numbers = {"affected": done.affected, "skipped": done.skipped, "blocked": done.blocked}
    return {**numbers, "before": dict(done.before), "after": after}


def _record(operation: Operation, states: Mapping[str, str], by: Actor, *, blocked: int = 0) -> None:
    """Leave a record of one batch, in its transaction: which events it takes, and in which states they were."""
    if operation.dry_run or by is SERVER or not states:
        return
    audit.record(
        f"operation.{operation.kind}",
        told(operation.kind, len(states)),
        by=by,
        **asked(operation),
        run=operation.run or None,
        affected=len(states),
        blocked=blocked,
        after=_BECOMES.get(Kind(operation.kind)),
        details={"before": states},
    )


# --- restart and abort ----------------------------------------------------------------------------------

_CONCERNED = {
    Kind.DELETE: Q(pk__isnull=False),
    Kind.RESTART: Q(depends_on__isnull=False, status__in=(Status.FINISHED, Status.FAILED, Status.ABORTED)),
    Kind.ABORT: Q(status__in=OPEN),
}
_BECOMES = {Kind.RESTART: Status.RESTARTED, Kind.ABORT: Status.ABORTED}


def _change_status(found: EventQuerySet, operation: Operation, tally: Tally, by: Actor) -> None:
    """Give the events their new state, oldest first: restarted jobs are handed out in the order of their change."""
    kind = Kind(operation.kind)
    ready = found.filter(concerned(kind)).order_by("creation_order")
    if operation.dry_run or tally.on_progress is None:
        before = dict(ready.order_by().values_list("status").annotate(count=Count("*")))
        tally.skipped = max(0, found.order_by().count() - sum(before.values()))
        if operation.dry_run:
            tally.add(ready[:EXAMPLES], before=before)
            return
    left = ready
    while True:
        with transaction.atomic():
            batch = list(left.select_for_update(no_key=True)[:BATCH])
            for event in batch:
                update(event.id, EventChanges(status=_BECOMES[kind]))
            _record(operation, {event.id.hex: event.status for event in batch}, by)
        if not batch:
            return
        left = ready.filter(creation_order__gt=batch[-1].creation_order)
        tally.add(batch, before=Counter(event.status for event in batch), reached=batch[-1].creation_order)


# --- delete ---------------------------------------------------------------------------------------------


def _delete(found: EventQuerySet, operation: Operation, tally: Tally, by: Actor) -> None:
    """Delete the events, newest first, so that a job goes before its source."""
    lineage = Lineage(found, dry_run=operation.dry_run)
    left = found.order_by("-creation_order")
    while True:
        with transaction.atomic():
            batch = list(left.select_for_update()[:BATCH])
            if not batch:
                return
            doomed = lineage.with_descendants(batch) if operation.cascade else lineage.without_parents(batch)
            if operation.cascade:
                check_operable(doomed, by)
            going = [event for event in batch if event.id in doomed]
            states = audit.states_of(doomed)
            if not operation.dry_run:
                _record(operation, states, by, blocked=len(batch) - len(going))
                remove(doomed)
        left = found.filter(creation_order__lt=batch[-1].creation_order).order_by("-creation_order")
        before = Counter(states.values())
        tally.add(going, before=before, blocked=len(batch) - len(going), reached=batch[-1].creation_order)
