"""How many events an operation means: counted stretch by stretch, so that no answer takes long.

Who wants to know all of a long history asks again, from where the last answer has ended.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from django.db.models import Count, Q

from events.actor import Actor
from events.admin.examples import Examples
from events.admin.offers import NO_JOB
from events.admin.plans import Plan
from events.admin.stretches import stretches
from events.lineage import with_staying_child
from events.models import Event
from events.operations import Kind, carry_out, concerned, meant
from events.queryset import EventQuerySet
from events.tally import Tally
from events.topic_conditions import records

PATIENCE = 0.1
"""Seconds after which an answer ends with the stretch that it is at."""
LOOKED_THROUGH = 2_000
"""Of a deletion of more events nobody looks beforehand which of them others depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an operation would do, as far as it was counted."""

    affected: int
    """Events in a state for it. Of a deletion that is more than is looked through at once: at most so many.

    Those of which it is known that they are left are not among them."""
    skipped_for: Mapping[str, int] = field(default_factory=dict)
    """Events that match and are in no state for it: how many for which of ``offers.reasons``."""
    blocked: int = 0
    """Events that are not deleted, because others depend on them. Of more than are looked through: at least so many."""
    records: int = 0
    """Chosen events that are on record, which nobody operates on."""
    before: Mapping[str, int]
    """How many of those affected have which status."""
    examples: tuple[Event, ...] = ()
    """The newest of each state."""
    is_at_most: bool = False
    """Nobody has looked through all that depends on them: of the events, more may be left."""
    reached: int | None = None
    """Counting goes on below this number of the creation order; None: that was all."""

    @property
    def matching(self) -> int:
        """Return how many events in a state for it there are, those that are left among them."""
        return self.affected + self.blocked

    @property
    def skipped(self) -> int:
        """Return how many match and are in no state for it."""
        return sum(self.skipped_for.values())

    @property
    def has_several_states(self) -> bool:
        """Tell whether the examples are of more than one state."""
        return len({event.status for event in self.examples}) > 1

    @property
    def states(self) -> list[tuple[str, int]]:
        """Return the states of those affected, and how many have which; none unless all are counted."""
        return sorted(self.before.items()) if self.reached is None else []


def count(plan: Plan, visible: EventQuerySet, by: Actor, *, below: int | None = None, patience: float) -> Expected:
    """Count the newest events that are meant, below a number of the creation order; examples are with the first part.

    Raise InvalidField or Forbidden.
    """
    events = meant(plan.operation(visible, dry_run=True), by)
    is_deletion = plan.kind == Kind.DELETE
    is_ready = is_going = concerned(plan.kind)
    if is_deletion and not plan.cascade:
        events, is_going = with_staying_child(events), Q(staying__isnull=True)
    blocked = 0
    before, skipped = Counter[str](), Counter[str]()
    is_fit = Q(depends_on__isnull=False) if plan.kind == Kind.RESTART else concerned(Kind.DELETE)
    examples = Examples()
    reached = plan.bound + 1 if below is None else min(below, plan.bound + 1)
    oldest = Event.objects.order_by("creation_order").values_list("creation_order", flat=True).first() or 1
    end = min(oldest, reached) - 1
    ways = [(reached - 1, end)] if plan.ids else stretches(reached, end, patience=patience)
    for first, last in ways:
        stretch = events.filter(creation_order__range=(last, first))
        counted = {"fit": is_fit, "ready": is_ready, "going": is_going}
        counts = {name: Count("pk", filter=condition) for name, condition in counted.items()}
        states = stretch.order_by().values_list("status").annotate(found=Count("*"), **counts)
        wanted = Q()
        for status, found, fit, ready, going in states:
            skipped.update({NO_JOB: found - fit, status: fit - ready})
            blocked += ready - going
            before[status] += going
            if below is None and going and (lacking := examples.lacking(status)):
                newest = stretch.filter(is_going, status=status).order_by("-creation_order")
                wanted |= Q(pk__in=newest.values("pk")[:lacking])
        if wanted:
            examples.add(stretch.filter(wanted).order_by("-creation_order"))
        reached = last
    return Expected(
        affected=before.total(),
        skipped_for=+skipped,
        blocked=blocked,
        records=visible.filter(records(), pk__in=plan.ids).count() if plan.ids else 0,
        before=+before,
        examples=examples.shown(),
        is_at_most=is_deletion,
        reached=reached if reached > oldest else None,
    )


def preview(plan: Plan, visible: EventQuerySet, by: Actor) -> Expected:
    """Return what would happen. Raise InvalidField, Forbidden or EventHasChildren."""
    expected = count(plan, visible, by, patience=PATIENCE)
    if plan.kind != Kind.DELETE or expected.reached is not None or expected.matching > LOOKED_THROUGH:
        return expected
    looked = _Looked(None)
    carry_out(plan.operation(visible, dry_run=True), looked, by)
    return replace(
        expected,
        affected=looked.affected,
        blocked=looked.blocked,
        before=dict(looked.before),
        examples=looked.gathered.shown(),
        is_at_most=False,
    )


@dataclass
class _Looked(Tally):
    """Counts, and gathers examples of each state."""

    gathered: Examples = field(default_factory=Examples)

    def add(
        self, events: Collection[Event], *, before: Mapping[str, int], blocked: int = 0, reached: int | None = None
    ) -> None:
        """Count a batch, the newest events of which come first."""
        super().add(events, before=before, blocked=blocked, reached=reached)
        self.gathered.add(events)
