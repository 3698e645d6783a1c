"""What a preview shows of the events: the newest of each state."""

from collections import defaultdict
from collections.abc import Iterable

from events.models import Event
from events.status import Status

MOST = 5
"""Examples of a single state."""
OF_EACH = 3
"""Examples of each state, if there are several."""
ORDER = (Status.FAILED, Status.ABORTED, Status.IN_PROGRESS, Status.PENDING, Status.RESTARTED, Status.FINISHED)
"""The states, first those that most need to be looked at."""


class Examples:
    """Gathers the newest events of each state."""

    def __init__(self) -> None:
        """Begin without any."""
        self._of: dict[str, list[Event]] = defaultdict(list)

    def lacking(self, status: str) -> int:
        """Return how many more of a state there may be."""
        return MOST - len(self._of[status])

    def add(self, events: Iterable[Event]) -> None:
        """Take events, the newest first, as far as there may be more of their state."""
        for event in events:
            if self.lacking(event.status) > 0:
                self._of[event.status].append(event)

    def shown(self) -> tuple[Event, ...]:
        """Return them, state by state."""
        groups = [self._of[status] for status in ORDER if self._of[status]]
        return tuple(event for group in groups for event in group[: MOST if len(groups) == 1 else OF_EACH])
