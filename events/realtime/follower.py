"""The live feed of one process: what the bus tells, put in the order of the stream and made complete.

The bus is fast, but what it tells may come in another order than the positions, may be lost, or be about a
change whose predecessor is not committed yet. So before frames go out, one look into the database says how far
the stream has settled, and what of it was never told; under load one look serves many frames.

The position that a frame tells its client is a promise: come back with it, and you miss nothing. Hence a
change up to the settled position tells its own number, and goes out after all that is below it; a change above it
goes out at once and tells the settled position. A long transaction so delays no frame, only the number.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from typing import TypeAlias

from events import conf
from events.message import Envelope
from events.realtime import frames, past
from events.realtime.desk import Desk
from events.realtime.frames import Frame
from events.realtime.past import Look

logger = logging.getLogger(__name__)

IDLE = 1.0
"""Seconds after which the database is looked at though the bus tells nothing: while Redis is away, the delay."""
UNSETTLED = 0.1
"""The same, while it is not known yet whether something is missing below what was told."""
RECENT = 16 * 2**20
"""Characters of the frames above the settled position that are kept, while a long transaction is open."""
PATIENCE = 0.25
"""Seconds that a frame waits for the look; then it goes out without a number of its own."""

Told: TypeAlias = tuple[Envelope, Frame]


class Follower:
    """Calls ``deliver(batch)`` with what is new, and ``resync()`` when that is too much to be told."""

    def __init__(self, deliver: Callable[[list[Told]], None], resync: Callable[[], None]) -> None:
        """Know nothing yet."""
        self._deliver = deliver
        self._resync = resync
        self._desk = Desk("feed")
        self._pending: list[Envelope] = []
        self._waiting: set[int] = set()
        """The positions of what is pending."""
        self._wake = asyncio.Event()
        self._is_away = False
        self._looked_thoroughly = 0.0
        self._suspects: frozenset[int] = frozenset()
        self._start: int | None = None
        """The last number that was given out when this began."""
        self.cursor: int | None = None
        """Everything up to here was delivered. None: not known yet, because of an older transaction."""
        self.recent: dict[int, Told] = {}
        """What was delivered and is above the cursor, by position."""
        self._recent_size = 0
        self.forgotten = 0
        """The highest position that should be among the recent ones, and was one too many."""
        self.has_begun = asyncio.Event()
        """The database was looked at once: what changes from here on is noticed, whatever the bus does."""
        self.is_known = asyncio.Event()
        """The cursor is known."""

    def take(self, envelope: Envelope) -> None:
        """Take what the bus tells."""
        if envelope.position is None and not self._pending:
            self._deliver([(envelope, frames.of(envelope, None))])
        elif envelope.position is None or not self._was_told(envelope.position):
            self._pending.append(envelope)
            if envelope.position is not None:
                self._waiting.add(envelope.position)
            self._wake.set()

    def __contains__(self, position: object) -> bool:
        """Tell whether what changed at this position is told without a look; the desk's thread asks too."""
        return position in self.recent or position in self._waiting

    def hurry(self) -> None:
        """Look now: something may have been missed."""
        self._wake.set()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        try:
            while True:
                await self._look()
                try:
                    async with asyncio.timeout(min(UNSETTLED, IDLE) if self.recent else IDLE):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                self._wake.clear()
        finally:
            self._desk.close()

    async def _look(self) -> None:
        is_thorough = time.monotonic() - self._looked_thoroughly >= IDLE
        looking = self._ask(is_thorough)
        while not (await asyncio.wait([looking], timeout=PATIENCE))[0]:
            self._flush(Look(settled=self.cursor))
        try:
            look = looking.result()
        except Exception as error:  # noqa: BLE001 - whatever it is: live frames go on, and it is tried again
            if not self._is_away:
                logger.warning("The feed cannot look into the database, and tries again: %s", error)
            self._is_away = True
            look = Look(settled=self.cursor)
        else:
            self._is_away = False
            if is_thorough:
                self._looked_thoroughly = time.monotonic()
                self._suspects = look.suspects
        self._flush(self._begin(look) if self.cursor is None else look)
        self.has_begun.set()

    def _ask(self, is_thorough: bool) -> "asyncio.Future[Look]":
        limit = conf.resume_limit()
        if self.cursor is None:
            return self._desk.ask(past.begin, limit)
        return self._desk.ask(past.look, self.cursor, self, limit, self._suspects if is_thorough else None)

    def _begin(self, look: Look) -> Look:
        """Take the first look, or the first that says how far the stream had settled when this began."""
        if self._start is None:
            self._start = look.start
        if look.settled is None:
            return look
        for each in look.history:
            if each.position is not None and each.position not in self:
                frame = frames.of(each, look.settled)
                self.recent[each.position] = (each, frame)
                self._recent_size += len(frame.text)
        self._wake.set()
        return Look(settled=min(look.settled, self._start))

    def _flush(self, look: Look) -> None:
        """Deliver what waits and what was missed."""
        batch, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, set()
        missed: list[Envelope] = [each for each in look.missed if each.position not in waiting]
        told = [
            (envelope, frames.of(envelope, envelope.position if _is_settled(envelope, look) else look.settled))
            for envelope in _in_order(missed, batch, look)
            if envelope.position is None or not self._was_told(envelope.position)
        ]
        self._advance(look.settled, told)
        if look.is_too_much:
            self._resync()
        if told:
            self._deliver(told)

    def _advance(self, settled: int | None, told: list[Told]) -> None:
        if settled is not None:
            self.cursor = settled
            self.is_known.set()
            for position in [each for each in self.recent if each <= settled]:
                self._forget(position)
        for envelope, frame in told:
            if envelope.position is not None and envelope.position > (settled or 0):
                self.recent[envelope.position] = (envelope, frame)
                self._recent_size += len(frame.text)
        while len(self.recent) > conf.resume_limit() or self._recent_size > RECENT:
            oldest = next(iter(self.recent))
            self.forgotten = max(self.forgotten, oldest)
            self._forget(oldest)

    def _forget(self, position: int) -> None:
        _, frame = self.recent.pop(position)
        self._recent_size -= len(frame.text)

    def _was_told(self, position: int) -> bool:
        return (
            position in self.recent
            or position in self._waiting
            or (self.cursor is not None and position <= self.cursor)
        )


def _is_settled(envelope: Envelope, look: Look) -> bool:
    return envelope.position is not None and look.settled is not None and envelope.position <= look.settled


def _in_order(missed: list[Envelope], batch: list[Envelope], look: Look) -> Iterator[Envelope]:
    """Go through all of it: what is settled in the order of the stream, the rest where it has come."""
    settled = missed + [envelope for envelope in batch if _is_settled(envelope, look)]
    settled.sort(key=lambda envelope: envelope.position or 0)
    in_turn = iter(settled)
    for _ in missed:
        yield next(in_turn)
    for envelope in batch:
        yield next(in_turn) if _is_settled(envelope, look) else envelope
