"""The live feed of one process: what the bus tells, put in the order of the stream and made complete.

The bus is fast, but what it tells may come in another order than the positions, may be lost, or be about a
change whose predecessor is not committed yet. The position that a frame tells its client is a promise all the
same: come back with it, and you miss nothing. Hence a change up to the settled position tells its own number, and
goes out after all that is below it; a change above it goes out at once and tells the settled position. A long
transaction so delays no frame, only the number.

How far the stream has settled is mostly known without a question: each number is given out once, so when every
number up to one was told, nothing can be missing below it. Where numbers are left out, by a message that was lost, a
transaction that was rolled back or one that is still open, a look into the database says how far the stream has
settled, and what of it was never told.

To tell 500 clients takes milliseconds. Then there is a rest for more of them: the loop has time for everything else,
and what comes meanwhile is told together, with one write to each client.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeAlias

from events import conf, outage
from events.message import Envelope
from events.realtime import frames, past
from events.realtime.desk import Desk
from events.realtime.frames import Frame
from events.realtime.past import Look

IDLE = 1.0
"""Seconds after which the database is looked at though the bus tells nothing: while Redis is away, the delay."""
UNSETTLED = 0.5
"""The same, from when something is missing below what was told: mostly it is still on its way through the bus."""
RECENT = 16 * 2**20
"""Characters of the frames above the settled position that are kept, while a long transaction is open."""
REST = 2
"""How many times longer than it tells it does something else; what comes meanwhile is told together."""
PATIENCE = 0.25
"""Seconds that a frame waits for the first look; then it goes out without a number of its own."""

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
        self._telling: asyncio.Handle | None = None
        self._rested = 0.0
        """From when on the next frames may be told."""
        self._wake = asyncio.Event()
        self._looking_soon: asyncio.Handle | None = None
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
        self._latest: dict[str, int] = {}
        """The highest position among the recent ones, by the event's id."""
        self.forgotten = 0
        """The highest position that should be among the recent ones, and was one too many."""
        self.has_begun = asyncio.Event()
        """The database was looked at once: what changes from here on is noticed, whatever the bus does."""
        self.is_known = asyncio.Event()
        """The cursor is known."""

    def take(self, envelope: Envelope) -> None:
        """Take what the bus tells."""
        if envelope.position is None or envelope.position not in self:
            self._pending.append(envelope)
            if envelope.position is not None:
                self._waiting.add(envelope.position)
            if self._telling is None and self.has_begun.is_set():
                rest = max(0.0, self._rested - time.monotonic())
                self._telling = asyncio.get_running_loop().call_later(rest, self.tell)

    def __contains__(self, position: object) -> bool:
        """Tell whether what changed at this position is told without a look; the desk's thread asks too."""
        if position in self.recent or position in self._waiting:
            return True
        return isinstance(position, int) and self.cursor is not None and position <= self.cursor

    def hurry(self) -> None:
        """Look now: something may have been missed."""
        self._wake.set()

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        try:
            while True:
                await self._look()
                with suppress(TimeoutError):
                    async with asyncio.timeout(IDLE):
                        await self._wake.wait()
                self._wake.clear()
                self._looking_soon = None
        finally:
            for each in (self._telling, self._looking_soon):
                if each is not None:
                    each.cancel()
            self._desk.close()

    def tell(self) -> None:
        """Deliver what waits, then rest."""
        began = time.monotonic()
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        self._flush(Look(settled=self.cursor))
        ended = time.monotonic()
        self._rested = ended + REST * (ended - began)

    def _complete(self, position: int) -> int:
        """Return up to where every number after this one was told or is about to be."""
        while position + 1 in self.recent or position + 1 in self._waiting:
            position += 1
        return position

    async def _look(self) -> None:
        is_thorough = time.monotonic() - self._looked_thoroughly >= IDLE
        looking = self._ask(is_thorough)
        while not (await asyncio.wait([looking], timeout=PATIENCE))[0]:
            self.tell()
        try:
            look = looking.result()
        except Exception as error:  # noqa: BLE001 - whatever it is: live frames go on, and it is tried again
            if not self._is_away:
                outage.report(error, "the live feed, which tries again")
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
        """Take the first look, or the first that says how far the stream had settled when this began.

        What was committed between the two is known to nobody: whoever listens already has to load anew.
        """
        if self._start is None:
            self._start = look.start
        if look.settled is None:
            return look
        for each in look.history:
            if each.position is not None and each.position not in self:
                self._remember(each.position, (each, frames.of(each, look.settled)))
        self._wake.set()
        return Look(settled=min(look.settled, self._start), is_too_much=self.has_begun.is_set())

    def _flush(self, look: Look) -> None:
        """Deliver what waits and what was missed."""
        settled = look.settled if self.cursor is None else max(look.settled or 0, self._complete(self.cursor))
        is_too_much = look.is_too_much and settled != self.cursor
        batch, self._pending = self._pending, []
        waiting, self._waiting = self._waiting, set()
        missed: list[Envelope] = [each for each in look.missed if each.position not in waiting]
        told = [
            (envelope, frames.of(envelope, _place(envelope, settled)))
            for envelope in _in_order(missed, batch)
            if envelope.position is None or not (envelope.position in self or self._is_outdated(envelope))
        ]
        self._advance(settled, told)
        if is_too_much:
            self._resync()
        if told:
            self._deliver(told)

    def _advance(self, settled: int | None, told: list[Told]) -> None:
        if settled is not None and (self.cursor is None or settled > self.cursor):
            self.cursor = settled
            self.is_known.set()
            for position in [each for each in self.recent if each <= settled]:
                self._forget(position)
        for each in told:
            place = each[0].position
            if place is not None and place > (self.cursor or 0):
                self._remember(place, each)
        while len(self.recent) > conf.resume_limit() or self._recent_size > RECENT:
            oldest = next(iter(self.recent))
            self.forgotten = max(self.forgotten, oldest)
            self._forget(oldest)
        if self._looking_soon is None and (self.recent or (self.cursor or 0) < (self._start or 0)):
            self._looking_soon = asyncio.get_running_loop().call_later(UNSETTLED, self._wake.set)

    def _remember(self, position: int, told: Told) -> None:
        envelope, frame = self.recent[position] = told
        self._recent_size += len(frame.text)
        self._latest[envelope.id] = max(position, self._latest.get(envelope.id, 0))

    def _forget(self, position: int) -> None:
        envelope, frame = self.recent.pop(position)
        self._recent_size -= len(frame.text)
        if self._latest.get(envelope.id) == position:
            del self._latest[envelope.id]

    def _is_outdated(self, envelope: Envelope) -> bool:
        """Tell whether a later change of the event was told already: nobody shall end with what it was before."""
        return (envelope.position or 0) < self._latest.get(envelope.id, 0)


def _place(envelope: Envelope, settled: int | None) -> int | None:
    """Return the position that the frame tells: None if nothing was stored, or nothing is known yet."""
    return None if envelope.position is None or settled is None else min(envelope.position, settled)


def _in_order(missed: list[Envelope], batch: list[Envelope]) -> Iterator[Envelope]:
    """Go through all of it: what has a position in the order of the stream, the rest where it has come."""
    placed = missed + [envelope for envelope in batch if envelope.position is not None]
    placed.sort(key=lambda envelope: envelope.position or 0)
    in_turn = iter(placed)
    for _ in missed:
        yield next(in_turn)
    for envelope in batch:
        yield next(in_turn) if envelope.position is not None else envelope
