"""Where frames go: into the transport of the connection, or into a bounded queue in front of ``send``."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from events.realtime import frames
from events.realtime.frames import Chunk, Frame

Pack: TypeAlias = Callable[[Sequence[Frame]], Chunk]
"""Puts frames into the form of one kind of connection; what it returns serves all of the kind."""

EXTENSION = "ayonevents.frames"
"""The ASGI extension of a server that takes encoded WebSocket frames; its value is a ``Transport``."""


class Transport(Protocol):
    """What the extension offers."""

    def write_frames(self, encoded: bytes, /) -> int:
        """Write whole frames at once, without waiting, and return ``unsent()``; a closed connection takes nothing."""

    def unsent(self) -> int:
        """Return how many bytes the client has not taken yet."""


class Outlet(Protocol):
    """One client's connection, as the hub sees it. No method waits."""

    @property
    def pack(self) -> Pack:
        """Return what its frames are packed with."""

    def write(self, chunk: Any, /) -> int:
        """Send the chunk, after all earlier ones, and return ``unsent()``: one call for each client and batch."""

    def unsent(self) -> int:
        """Return how many bytes the client has not taken yet."""

    def close(self, code: int, reason: str, /) -> None:
        """End the connection."""


class FrameOutlet:
    """A WebSocket whose server takes encoded frames: one write for any number of them, no task, no queue."""

    def __init__(self, transport: Transport, close: Callable[[int, str], None]) -> None:
        """Take the server's extension, and what ends the connection."""
        self.pack: Pack = frames.encoded
        self.write = transport.write_frames
        self.unsent = transport.unsent
        self.close = close


class QueueOutlet:
    """Any other connection: what is written waits until ``send`` has taken what was there before."""

    def __init__(
        self,
        pack: Pack,
        send: Callable[[Any], Awaitable[None]],
        close: Callable[[int, str], None],
    ) -> None:
        """Take how frames are packed, and what sends a chunk and waits until there is room for more."""
        self.pack = pack
        self.close = close
        self._send = send
        self._chunks: deque[Any] = deque()
        self._unsent = 0
        self._something = asyncio.Event()

    def write(self, chunk: Any) -> int:
        """Queue the chunk."""
        self._chunks.append(chunk)
        self._unsent += _size(chunk)
        self._something.set()
        return self._unsent

    def unsent(self) -> int:
        """Return the bytes in the queue."""
        return self._unsent

    async def run(self) -> None:
        """Send until cancelled, or until the client is gone."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._chunks:
                chunk = self._chunks[0]
                await self._send(chunk)
                self._chunks.popleft()
                self._unsent -= _size(chunk)


def _size(chunk: Chunk) -> int:
    return len(chunk) if isinstance(chunk, bytes) else sum(map(len, chunk))


def transport_of(scope: Mapping[str, Any]) -> Transport | None:
    """Return the server's extension, if it has it."""
    return (scope.get("extensions") or {}).get(EXTENSION)
