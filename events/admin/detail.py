"""What the page of one event tells besides its own facts: where it comes from, and what came of it."""

from dataclasses import dataclass

from events.models import Event
from events.queryset import EventQuerySet

GENERATIONS = 8
"""How far back the chain of sources is followed."""
TARGETS = 100
"""How many targets are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """The events around one event, without their summaries and payloads."""

    sources: list[Event]
    """What the event depends on, and what that depends on; the first cause comes first."""
    is_chain_cut: bool
    """The chain goes on: to an event that is not readable, or further than it is followed."""
    targets: list[Event]
    """What depends on the event, by topic."""
    has_more_targets: bool


def relations_of(event: Event, readable: EventQuerySet) -> Relations:
    """Return the events around one, as far as they are ``readable``."""
    readable = readable.defer("payload", "summary")
    sources: list[Event] = []
    next_id = event.depends_on_id
    while next_id and len(sources) < GENERATIONS:
        source = readable.filter(pk=next_id).first()
        if source is None:
            break
        sources.insert(0, source)
        next_id = source.depends_on_id
    # By topic: the index of children is in this order, so that a hundred are found at once among any number.
    targets = list(readable.children_of([event.pk]).order_by("topic")[: TARGETS + 1])
    return Relations(
        sources=sources,
        is_chain_cut=next_id is not None,
        targets=targets[:TARGETS],
        has_more_targets=len(targets) > TARGETS,
    )
