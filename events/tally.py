"""What an operation has done so far, and in the end: numbers, and the first of the events."""

from collections.abc import Callable, Collection
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
    is_more: bool = False
    """A dry run has counted no further."""


Progress: TypeAlias = Callable[[Outcome], None]


@dataclass
class Tally:
    """Counts one operation, and tells who follows it."""

    on_progress: Progress | None
    affected: int = 0
    skipped: int = 0
    blocked: int = 0
    examples: list[Example] = field(default_factory=list)
    is_more: bool = False

    def add(self, events: Collection[Event], *, affected: int, blocked: int = 0) -> None:
        """Count a batch; the events are those to show."""
        self.affected += affected
        self.blocked += blocked
        self.examples += [_example_of(event) for event in list(events)[: EXAMPLES - len(self.examples)]]
        if self.on_progress is not None:
            self.on_progress(self.outcome())

    def outcome(self) -> Outcome:
        """Return what was done until now."""
        counts = {"affected": self.affected, "skipped": self.skipped, "blocked": self.blocked}
        return Outcome(**counts, examples=tuple(self.examples), is_more=self.is_more)


def _example_of(event: Event) -> Example:
    return Example(
        id=event.id,
        topic=event.topic,
        project=event.project,
        status=event.status,
        description=event.description,
    )
