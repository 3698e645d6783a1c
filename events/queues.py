"""The queue of requests that wait for the same work: who asks the database, and when.

A message that may mean work calls the one who waits longest to ask. Who gets a job makes the queue call more of
its members, who gets none stops that: when one source comes and three hundred wait, one of them asks, and
perhaps a second one in vain.

Messages may be lost on their way from another process. So a queue also calls one of its members now and then
without any.
"""

import asyncio
import heapq
import random
import time
from dataclasses import dataclass, field
from typing import Any

WIDTH = 4
"""Members of one queue that ask at the same time, as long as they find something."""
REST = 0.05
"""Seconds until a queue asks again after it found nothing, however many messages come meanwhile."""
FIRST_LOOK, LAST_LOOK = 0.25, 5.0
"""Seconds until a queue asks without a message: the first time, and at most, later on."""


class Place:
    """One waiting request."""

    def __init__(self, queue: "Queue", number: int, until: float) -> None:
        """Take the number that says who came first."""
        self.number = number
        self.heard = 0
        """How many calls the queue had had when this place was called."""
        self._queue = queue
        self._until = until
        self._closed = False
        self._signal: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def called(self, gone: "asyncio.Future[None]") -> bool:
        """Wait for the call to ask again. False: it is too late for that, or the client is gone.

        Whoever is called tells what came of it with ``asked``.
        """
        happenings: set[asyncio.Future[Any]] = {self._signal, gone}
        left = self._until - time.monotonic()
        await asyncio.wait(happenings, timeout=max(left, 0.0), return_when=asyncio.FIRST_COMPLETED)
        return not gone.done() and self._signal.done() and self._signal.result()

    def asked(self, *, found: bool) -> None:
        """Say whether there was a job; without one, the place is in the queue again."""
        if not found:
            self._signal = asyncio.get_running_loop().create_future()
        if self._closed:
            self.close()
        self._queue.asked(self, found=found)

    def call(self) -> None:
        """Let the request ask again."""
        if self.is_free:
            self._signal.set_result(True)

    def close(self) -> None:
        """Let the request end with the answer that it has."""
        self._closed = True
        if self.is_free:
            self._signal.set_result(False)

    @property
    def is_free(self) -> bool:
        """Tell whether nobody has called yet."""
        return not self._signal.done()


@dataclass(slots=True)
class Queue:
    """Who waits for the same."""

    members: set[Place] = field(default_factory=set)
    asking: set[Place] = field(default_factory=set)
    _idle: list[tuple[int, Place]] = field(default_factory=list)
    """Those who are not asking, by their numbers, and some who have left."""
    _calls: int = 0
    """How many more are to ask."""
    _heard: int = 0
    _width: int = 1
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _pause: float = field(default_factory=lambda: FIRST_LOOK)

    def enter(self, place: Place) -> None:
        """Let somebody stand in line."""
        self.members.add(place)
        heapq.heappush(self._idle, (place.number, place))
        if "look" not in self._timers:
            self._look_later()

    def leave(self, place: Place) -> None:
        """Let somebody go, served or not."""
        self.members.discard(place)
        if place in self.asking:  # it was called, and did not ask or does not know what came of it
            self.asking.discard(place)
            self.call()

    def call(self) -> None:
        """Let one more member ask."""
        self._heard += 1
        self._calls += 1
        self._go_on()

    def asked(self, place: Place, *, found: bool) -> None:
        """Take notice of what came of a call."""
        self.asking.discard(place)
        if found:
            self._calls = max(self._calls, 1)  # where there is one there may be more
            self._width = min(2 * self._width, WIDTH)
        else:
            heapq.heappush(self._idle, (place.number, place))
            self._calls = min(self._calls, self._heard - place.heard)  # those before it have had their answer
            self._width = 1
            if "rest" not in self._timers:
                self._timers["rest"] = asyncio.get_running_loop().call_later(REST, self._end_rest)
        self._go_on()

    def close(self) -> None:
        """End, with nobody in line."""
        for timer in self._timers.values():
            timer.cancel()

    def _go_on(self) -> None:
        while self._calls and self._idle and len(self.asking) < self._width and "rest" not in self._timers:
            _, place = heapq.heappop(self._idle)
            if place in self.members and place.is_free:
                self._calls -= 1
                place.heard = self._heard
                self.asking.add(place)
                place.call()
        self._calls = min(self._calls, len(self.members))

    def _end_rest(self) -> None:
        del self._timers["rest"]
        self._go_on()

    def _look_later(self) -> None:
        pause = self._pause * random.uniform(0.75, 1.25)  # noqa: S311 - chance, not cryptography
        self._timers["look"] = asyncio.get_running_loop().call_later(pause, self._look)

    def _look(self) -> None:
        self._pause = min(2 * self._pause, LAST_LOOK)
        self.call()
        self._look_later()
