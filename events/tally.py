"""What an operation has done so far, and in the end: numbers, and the first of the events."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from events.models import Event

EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One of the events that an operation affects, as it was before."""

    id: UUID
    topic: str
    project: str | None
    status: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an operation has done, or in a dry run would do."""

    affected: int
    """Events that were changed or deleted, those that a cascade took along included."""
    skipped: int
    """Events that were found and are in no state for this operation. They are not counted while somebody follows the
    progress: that takes longer than a step of a long operation."""
    blocked: int
    """Events that were found and not deleted, because others depend on them."""
    examples: tuple[Example, ...]
    """The first EXAMPLES of those affected."""
    before: Mapping[str, int] = field(default_factory=dict)
    """How many of those affected had which status."""


Progress: TypeAlias = Callable[[Outcome], None]


@dataclass
class Tally:
    """Counts one operation, and tells who follows it."""

    on_progress: Progress | None
    skipped: int = 0
    blocked: int = 0
    examples: list[Example] = field(default_factory=list)
    before: Counter[str] = field(default_factory=Counter)
    reached: int | None = None
    """The place in the creation order that it has come to, newest first for deletions, else oldest first."""

    @property
    def affected(self) -> int:
        """Return how many were changed or deleted."""
        return self.before.total()

    def add(
        self, events: Collection[Event], *, before: Mapping[str, int], blocked: int = 0, reached: int | None = None
    ) -> None:
        """Count a batch by the states that its events had; the events are those to show."""
        self.before.update(before)
        self.blocked += blocked
        self.reached = reached
        self.examples += [example_of(event) for event in list(events)[: EXAMPLES - len(self.examples)]]
        if self.on_progress is not None:
            self.on_progress(self.outcome())

    def outcome(self) -> Outcome:
        """Return what was done until now."""
        counts = {"affected": self.affected, "skipped": self.skipped, "blocked": self.blocked}
        return Outcome(**counts, examples=tuple(self.examples), before=dict(self.before))


def example_of(event: Event) -> Example:
    """Return what is shown of an event."""
    return Example(
        id=event.id,
        topic=event.topic,
        project=event.project,
        status=event.status,
        description=event.description,
    )
