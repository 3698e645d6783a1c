"""The way of messages between the processes of one installation: a group of the channel layer.

Each process has one subscription, sends what it publishes in order and in batches, numbers it, and says
something every TICK seconds even if there is nothing to say. So a receiver notices whatever it misses: a
number that is left out, or silence (it hears its own ticks as well). Then it subscribes anew and reports a gap.
"""

import asyncio
import logging
import random
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any, TypeAlias

from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import InMemoryChannelLayer, channel_layers, get_channel_layer

from events.message import Envelope

logger = logging.getLogger(__name__)

GROUP = "events"
TICK = 2.0
"""Seconds after which a process says that it is still there."""
SILENCE = 3 * TICK
"""Seconds without any message, its own included, after which a receiver takes its subscription for dead."""
PACE = 0.02
"""Seconds from one batch to the next: a batch of one costs as much as one of twenty. What comes after a silence goes at
once."""
BATCH, BATCH_SIZE = 200, 2**20
"""Messages that travel together at most, and characters of their frames; a larger one travels alone."""
OUTBOX, OUTBOX_SIZE = 10_000, 32 * 2**20
"""The same while Redis is away and they wait; then the oldest are dropped, and the receivers notice."""
FIRST_PAUSE, LAST_PAUSE = 0.2, 5.0
"""Seconds between the first two attempts, and the most between later ones."""
PROCESSES = 1000
"""Processes whose numbers are remembered; a forgotten one costs a needless look into the database."""

Numbered: TypeAlias = tuple[int, Envelope]


def is_needed() -> bool:
    """Tell whether there may be other processes: the in-process layer reaches none."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer | None)


def _batch(origin: str, first: int, envelopes: list[Envelope]) -> dict[str, Any]:
    return {"type": "events", "from": origin, "first": first, "envelopes": [each.packed() for each in envelopes]}


async def send(envelope: Envelope) -> None:
    """Send one message from a process that has no server; no number, so nothing is noticed if it is lost."""
    layer: Any = get_channel_layer()
    await layer.group_send(GROUP, _batch("", 0, [envelope]))


class Relay:
    """One process's end: sends its own messages, and hands over those of the others."""

    def __init__(self, on_envelope: Callable[[Envelope], None], on_gap: Callable[[], None]) -> None:
        """Take what to call on the event loop with each message of another process, and after a gap."""
        self._on_envelope = on_envelope
        self._on_gap = on_gap
        self._id = uuid.uuid4().hex
        # A layer of its own, so that it can be thrown away with all its connections.
        self._layer: Any = channel_layers.make_backend(DEFAULT_CHANNEL_LAYER) if is_needed() else None
        self._outbox: deque[Numbered] = deque()
        self._outbox_size = 0
        self._published = 0
        self._something = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._subscribed = asyncio.Event()
        self._expected: dict[str, int] = {}
        self._is_away = False
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin; wait for the subscription, but not long."""
        if self._layer is None:
            return
        self._tasks = [asyncio.create_task(self._keep_receiving()), asyncio.create_task(self._keep_sending())]
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._subscribed.wait()

    async def stop(self) -> None:
        """Send what is left, as far as that goes, and end."""
        if self._tasks and not self._is_away:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._drained.wait()
        for task in self._tasks:
            task.cancel()
        if self._tasks:  # the layer's way out of a subscription may wait for a Redis that is away
            await asyncio.wait(self._tasks, timeout=TICK)
        await self._drop_connections()

    def forward(self, envelope: Envelope) -> None:
        """Send a message to the other processes, in the order of these calls."""
        if self._layer is not None:
            self._outbox.append((self._published, envelope))
            self._outbox_size += len(envelope.frame)
            self._published += 1
            while len(self._outbox) > OUTBOX or self._outbox_size > OUTBOX_SIZE:
                self._drop_first()
            self._drained.clear()
            self._something.set()

    async def _keep_sending(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._something.wait()
            self._something.clear()
            try:
                await self._send_all()
                await asyncio.sleep(PACE)
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                self._report(error)
                pause = await _rest(pause)
                self._something.set()

    async def _send_all(self) -> None:
        """Send the outbox in batches; what fails stays in it. An empty batch is a tick."""
        while True:
            numbered = self._next_batch()
            first = numbered[0][0] if numbered else self._published
            async with asyncio.timeout(SILENCE):
                await self._layer.group_send(GROUP, _batch(self._id, first, [each for _, each in numbered]))
            while self._outbox and self._outbox[0][0] < first + len(numbered):
                self._drop_first()
            if not self._outbox:
                self._drained.set()
                return

    def _next_batch(self) -> list[Numbered]:
        batch: list[Numbered] = []
        size = 0
        for numbered in islice(self._outbox, BATCH):
            size += len(numbered[1].frame)
            if batch and size > BATCH_SIZE:
                break
            batch.append(numbered)
        return batch

    def _drop_first(self) -> None:
        _, envelope = self._outbox.popleft()
        self._outbox_size -= len(envelope.frame)

    async def _keep_receiving(self) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                channel = await self._layer.new_channel()
                await self._layer.group_add(GROUP, channel)
                self._subscribed.set()
                self._on_gap()
                while True:
                    async with asyncio.timeout(SILENCE):
                        batch = await self._layer.receive(channel)
                    self._receive(batch)
                    pause = FIRST_PAUSE
                    if self._is_away:
                        self._is_away = False
                        logger.warning("The bus is back")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                self._report(error)
                await self._drop_connections()
                pause = await _rest(pause)

    def _receive(self, batch: dict[str, Any]) -> None:
        origin, first, packed = batch["from"], batch["first"], batch["envelopes"]
        if origin == self._id:
            return
        known = self._expected.pop(origin, 0) if origin else first
        for values in packed[max(0, known - first) :]:
            self._on_envelope(Envelope.unpacked(values))
        if origin:
            self._expected[origin] = max(known, first + len(packed))
            if len(self._expected) > PROCESSES:
                del self._expected[next(iter(self._expected))]
        if first > known:
            self._on_gap()

    def _report(self, error: Exception) -> None:
        """Say once that the bus is away."""
        if not self._is_away:
            self._is_away = True
            logger.warning("The bus is away, and will be tried again: %s", str(error) or type(error).__name__)

    async def _drop_connections(self) -> None:
        if self._layer is not None:
            with suppress(Exception):
                async with asyncio.timeout(TICK):
                    # To flush Redis' other layer would empty it for everybody.
                    await getattr(self._layer, "close_pools", self._layer.flush)()


async def _rest(pause: float) -> float:
    """Wait, not in step with the other processes; return how long to wait the next time."""
    await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - chance, not cryptography
    return min(2 * pause, LAST_PAUSE)
