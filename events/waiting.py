"""The waiting room: enroll requests that found nothing stay here until there may be something for them.

A request waits as a coroutine; that takes no thread and no database connection. Those with the same wish
stand in one queue. Every message of the bus, from whichever process, is held against the wishes; one that may
mean work calls somebody out of the queue to ask the database again (see ``events.queues``).
"""

import functools
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from events import bus, topics
from events.message import Envelope
from events.queues import Place, Queue
from events.status import OPEN, Status

PLACES = 10_000
"""Requests that may wait in one process; who comes later is answered at once."""
RECENT = 1000
"""Messages that are remembered for those who have asked the database, and are not in the room yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What requests wait for; those with equal wishes could all take the same job."""

    source_topics: tuple[str, ...]
    target_topic: str
    sequential: bool = False
    details: str = ""
    """Whatever else decides which jobs there are, in any form that is the same for the same."""

    def may_be_met_by(self, change: Envelope) -> bool:
        """Tell whether the change may have made a job available: a source is there, or a job is free."""
        if change.position is None and not change.is_deletion:
            return False  # nothing was stored
        if change.topic == self.target_topic:
            return change.is_deletion or change.status in (Status.FAILED, Status.RESTARTED) or self._has_turn(change)
        return change.status == Status.FINISHED and not change.is_deletion and _match(self.source_topics, change.topic)

    def _has_turn(self, change: Envelope) -> bool:
        return self.sequential and change.status not in OPEN


@functools.lru_cache(maxsize=10_000)
def _match(patterns: tuple[str, ...], topic: str) -> bool:
    return any(topics.matches(pattern, topic) for pattern in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What an answer says besides "nothing to do": that the client would wait."""

    wish: Wish
    until: float
    """When it wants to be answered at the latest, by ``time.monotonic()``."""
    heard: int
    """``room.heard`` from before the database was asked: what has been told since may be news."""


class WaitingRoom:
    """The queues of one process. All but ``heard`` belongs to the event loop."""

    def __init__(self) -> None:
        """Open an empty room."""
        self.heard = 0
        """How many messages have come."""
        self._recent: deque[Envelope] = deque(maxlen=RECENT)
        self._queues: dict[Wish, Queue] = {}
        self._arrived = 0
        self._closed = False

    @contextmanager
    def place(self, hold: Hold) -> Iterator[Place]:
        """Keep a place in the queue of the wish; there is none to wait in when the room is full or closed."""
        queue = self._queues.get(hold.wish)
        if queue is None:
            queue = self._queues[hold.wish] = Queue()
        self._arrived += 1
        place = Place(queue, self._arrived, hold.until)
        if self._closed or len(self) >= PLACES:
            place.close()
        queue.enter(place)
        if self._has_news(hold):
            queue.call()
        try:
            yield place
        finally:
            queue.leave(place)
            if not queue.members and self._queues.get(hold.wish) is queue:
                queue.close()
                del self._queues[hold.wish]

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(len(queue.members) for queue in self._queues.values())

    def tell(self, change: Envelope) -> None:
        """Take a message of the bus."""
        self.heard += 1
        self._recent.append(change.without_frame())  # a thousand large ones would be remembered
        for wish, queue in self._queues.items():
            if wish.may_be_met_by(change):
                queue.call()

    def tell_of_gap(self) -> None:
        """Take notice that messages may be missing: every queue has a look."""
        self.heard += 1
        self._recent.clear()
        for queue in self._queues.values():
            queue.call()

    def close(self) -> None:
        """Send everybody away: the server stops."""
        self._closed = True
        for queue in self._queues.values():
            for place in queue.members:
                place.close()

    def _has_news(self, hold: Hold) -> bool:
        """Tell whether something came between the question to the database and this moment."""
        missed = self.heard - hold.heard
        if missed > len(self._recent):
            return True
        return any(hold.wish.may_be_met_by(self._recent[-each]) for each in range(1, missed + 1))


room = WaitingRoom()
bus.listen(room.tell, room.tell_of_gap)
