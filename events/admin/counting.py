"""How many events an operation means: counted stretch by stretch, so that no answer takes long.

Who wants to know all of a long history asks again, from where the last answer has ended.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from events.actor import Actor
from events.admin.plans import Plan
from events.admin.stretches import stretches
from events.models import Event
from events.operations import Kind, concerned, meant, operate
from events.queryset import EventQuerySet
from events.tally import EXAMPLES, Example, example_of

PATIENCE = 0.1
"""Seconds after which an answer ends with the stretch that it is at."""
LOOKED_THROUGH = 2_000
"""Of a deletion of more events nobody looks beforehand which of them others depend on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What an operation would do, as far as it was counted."""

    affected: int
    """Events in a state for it. Of a deletion that is more than is looked through at once: at most so many."""
    skipped: int = 0
    """Events that match and are in no state for it."""
    blocked: int = 0
    """Events that are not deleted, because others depend on them."""
    before: Mapping[str, int]
    """How many of those affected have which status."""
    examples: tuple[Example, ...] = ()
    """The newest of them."""
    is_at_most: bool = False
    """Nobody has looked which of the events others depend on."""
    reached: int | None = None
    """Counting goes on below this number of the creation order; None: that was all."""

    @property
    def states(self) -> list[tuple[str, int]]:
        """Return the states of those affected, and how many have which; none unless all are counted."""
        return sorted(self.before.items()) if self.reached is None else []


def count(plan: Plan, visible: EventQuerySet, by: Actor, *, below: int | None = None, patience: float) -> Expected:
    """Count the newest events that are meant, below a number of the creation order; examples are with the first part.

    Raise InvalidField or Forbidden.
    """
    events = meant(plan.operation(visible, dry_run=True), by)
    found, before = Counter[str](), Counter[str]()
    examples: list[Event] = []
    reached = plan.bound + 1 if below is None else min(below, plan.bound + 1)
    is_ready = concerned(plan.kind)
    oldest = Event.objects.order_by("creation_order").values_list("creation_order", flat=True).first() or 1
    end = min(oldest, reached) - 1
    ways = [(reached - 1, end)] if plan.ids else stretches(reached, end, patience=patience)
    for first, last in ways:
        stretch = events.filter(creation_order__range=(last, first))
        states = stretch.order_by().values_list("status")
        for status, matching, ready in states.annotate(matching=Count("*"), ready=Count("pk", filter=is_ready)):
            found[status] += matching
            before[status] += ready
        if below is None and len(examples) < min(EXAMPLES, before.total()):
            examples += stretch.filter(is_ready).order_by("-creation_order")[: EXAMPLES - len(examples)]
        reached = last
    return Expected(
        affected=before.total(),
        skipped=found.total() - before.total(),
        before=+before,
        examples=tuple(map(example_of, examples)),
        is_at_most=plan.kind == Kind.DELETE,
        reached=reached if reached > oldest else None,
    )


def preview(plan: Plan, visible: EventQuerySet, by: Actor) -> Expected:
    """Return what would happen. Raise InvalidField, Forbidden or EventHasChildren."""
    expected = count(plan, visible, by, patience=PATIENCE)
    if plan.kind != Kind.DELETE or expected.reached is not None or expected.affected > LOOKED_THROUGH:
        return expected
    done = operate(plan.operation(visible, dry_run=True), by)
    return Expected(affected=done.affected, blocked=done.blocked, before=done.before, examples=done.examples)
