"""How often clients hear of one event's progress: often enough for a bar that moves, and always of the last one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from events.message import Envelope

PAUSE = 0.34
"""Seconds between two of one event: three in a second, and one more if the event changes meanwhile."""

Key: TypeAlias = tuple[str, frozenset[str] | None]


@dataclass(slots=True)
class _Bar:
    timer: asyncio.TimerHandle
    held: Envelope | None = None


class Pace:
    """Holds progress back that comes too soon after the last one, and then lets only the latest through."""

    def __init__(self, deliver: Callable[[Envelope], None]) -> None:
        """Take what to call with each message that may go on."""
        self._deliver = deliver
        self._bars: dict[Key, _Bar] = {}
        self._keys: dict[str, set[Key]] = {}

    def take(self, envelope: Envelope) -> None:
        """Deliver the message, now or in a moment; a change of the event never overtakes its progress."""
        if envelope.position is None and envelope.is_update:
            self._take_progress(envelope)
            return
        for key in tuple(self._keys.get(envelope.id, ())):
            self._let_go(key)
        self._deliver(envelope)

    def _take_progress(self, envelope: Envelope) -> None:
        key = (envelope.id, None if envelope.recipients is None else frozenset(envelope.recipients))
        if bar := self._bars.get(key):
            bar.held = envelope
            return
        self._bars[key] = _Bar(self._timer(key))
        self._keys.setdefault(envelope.id, set()).add(key)
        self._deliver(envelope)

    def _let_go(self, key: Key) -> None:
        bar = self._bars[key]
        if bar.held is not None:
            held, bar.held = bar.held, None
            self._deliver(held)

    def _tick(self, key: Key) -> None:
        bar = self._bars[key]
        if bar.held is not None:
            self._let_go(key)
            bar.timer = self._timer(key)
            return
        del self._bars[key]
        self._keys[key[0]].discard(key)
        if not self._keys[key[0]]:
            del self._keys[key[0]]

    def _timer(self, key: Key) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(PAUSE, self._tick, key)

    def stop(self) -> None:
        """Forget what is held back."""
        for bar in self._bars.values():
            bar.timer.cancel()
        self._bars.clear()
        self._keys.clear()
