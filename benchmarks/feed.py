"""How fast the live feed is: many sockets in one loop, and how late each of them hears of each event.

The usual clients need as much CPU for a frame as the server does, hence the small one here.
"""

import asyncio
import json
import re
import socket
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import uvloop

TOPIC = "bench.feed"
NUMBER = re.compile(rb'"number":\s?(\d+)')
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
TEXT, PING, PONG = 1, 9, 10
SMALL_BUFFER = 2**16
"""Bytes that the system keeps for a socket that does not read."""
PATIENCE = 30
"""Seconds of silence after which a frame counts as lost."""


@dataclass(frozen=True)
class Delays:
    """How late the sockets have heard of the events, in milliseconds, and how many frames came a second."""

    median: float
    p99: float
    rate: float


class Socket(asyncio.Protocol):
    """A WebSocket that hears the events of the benchmark."""

    def __init__(self, key: str, feed: "Feed") -> None:
        """Say ``key`` to be let in."""
        self._key = key
        self._feed = feed
        self._received = bytearray()
        self._is_open = False
        self.is_in = asyncio.get_running_loop().create_future()
        self.numbers: list[int] = []
        self.was_told_to_resync = False

    def connection_made(self, transport: Any) -> None:
        """Ask for the socket."""
        self.transport: asyncio.Transport = transport
        self.transport.write(UPGRADE.encode())

    def data_received(self, data: bytes) -> None:
        """Take whatever has come."""
        self._received += data
        if not self._is_open:
            _, end, frames = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            self._is_open, self._received = True, frames
            self._say(TEXT, json.dumps({"topic": "auth", "token": self._key, "subscribe": [TOPIC]}).encode())
        for kind, content in self._frames():
            if kind == TEXT:
                self._hear(content)
            elif kind == PING:
                self._say(PONG, content)

    def _frames(self) -> list[tuple[int, bytes]]:
        """Return the whole frames (RFC 6455, 5.2), without a mask as servers send them."""
        data, start, frames = self._received, 0, []
        while len(data) - start >= 2:  # noqa: PLR2004 - the head of a frame
            size, head = data[start + 1], 2
            if size >= 126:  # noqa: PLR2004 - the size follows, in 2 or 8 bytes
                head = 4 if size == 126 else 10  # noqa: PLR2004
                size = int.from_bytes(data[start + 2 : start + head])
            if len(data) - start < head + size:
                break
            frames.append((data[start] & 15, bytes(data[start + head : start + head + size])))
            start += head + size
        del data[:start]
        return frames

    def _hear(self, text: bytes) -> None:
        if found := NUMBER.search(text):
            self.numbers.append(int(found[1]))
            self._feed.hears(int(found[1]))
        elif b'"resync"' in text:
            self.was_told_to_resync = True
            self._feed.heard.set()
        if not self.is_in.done():
            self.is_in.set_result(None)

    def _say(self, kind: int, content: bytes) -> None:
        """Send a frame, masked with nothing as clients may."""
        size = bytes([len(content) | 128]) if len(content) < 126 else bytes([254]) + len(content).to_bytes(2)  # noqa: PLR2004
        self.transport.write(bytes([128 | kind]) + size + bytes(4) + content)


class Feed:
    """Sockets at one port, and somebody who dispatches."""

    def __init__(self, port: int, key: str) -> None:
        """Take where the server listens, and a key that may dispatch and read."""
        self._port = port
        self._key = key
        self._numbers = count()
        self._sent: dict[int, float] = {}
        self._delays: list[float] = []
        self.heard = asyncio.Event()
        self.sockets: list[Socket] = []

    @asynccontextmanager
    async def listening(self, sockets: int) -> AsyncIterator["Feed"]:
        """Let so many sockets in, one after the other."""
        try:
            for _ in range(sockets):
                self.sockets.append(await self._open())
            yield self
        finally:
            for each in self.sockets:
                each.transport.abort()

    async def _open(self) -> Socket:
        ours = socket.socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(ours, ("127.0.0.1", self._port))
        _, opened = await loop.create_connection(lambda: Socket(self._key, self), sock=ours)
        await asyncio.wait_for(opened.is_in, PATIENCE)
        return opened

    def hears(self, number: int) -> None:
        """Note that a socket hears of an event."""
        self._delays.append(time.perf_counter() - self._sent[number])
        self.heard.set()

    async def run(self, events: int, *, rate: float | None, listeners: int) -> Delays:
        """Dispatch so many events, ``rate`` a second or as fast as it goes, and wait until the sockets have heard.

        RuntimeError if one of the first ``listeners`` sockets hears of one not at all or twice.
        """
        self._delays, before = [], len(self._sent)
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        begun = time.perf_counter()
        for each in range(events):
            if rate is not None:
                await asyncio.sleep(begun + each / rate - time.perf_counter())
            await self._dispatch(reader, writer)
        writer.close()
        while any(len(each.numbers) < len(self._sent) for each in self.sockets[:listeners]):
            self.heard.clear()
            await asyncio.wait_for(self.heard.wait(), PATIENCE)
        ended = time.perf_counter()
        expected = list(range(before, len(self._sent)))
        if any(sorted(each.numbers[before:]) != expected for each in self.sockets[:listeners]):
            raise RuntimeError("a socket has heard of an event not at all, or twice")
        percentiles = statistics.quantiles(self._delays, n=100)
        return Delays(percentiles[49] * 1000, percentiles[98] * 1000, len(self._delays) / (ended - begun))

    async def _dispatch(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(self._numbers)
        body = json.dumps({"topic": TOPIC, "description": "Rendered", "summary": {"number": number}}).encode()
        head = f"POST /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: {self._key}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._sent[number] = time.perf_counter()
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.findall(rb"(?i)content-length: (\d+)", answer)[0]))
        if b" 200 " not in answer[:20]:
            raise RuntimeError(f"dispatch: {answer.decode()}")


async def _at_rest(port: int, key: str, sockets: int, events: int, rate: float | None) -> Delays:
    async with Feed(port, key).listening(sockets) as feed:
        return await feed.run(events, rate=rate, listeners=sockets)


async def _beside_one_that_stalls(port: int, key: str, sockets: int, events: int, rate: float) -> tuple[Delays, str]:
    async with Feed(port, key).listening(sockets + 1) as feed:
        stalled = feed.sockets[-1]
        stalled.transport.pause_reading()
        delays = await feed.run(events, rate=rate, listeners=sockets)
        stalled.transport.resume_reading()
        while len(stalled.numbers) < events and not stalled.was_told_to_resync:
            feed.heard.clear()
            await asyncio.wait_for(feed.heard.wait(), PATIENCE)
        return delays, "was told to load anew" if stalled.was_told_to_resync else "got every frame"


def burst(port: int, key: str, sockets: int, events: int) -> Delays:
    """Dispatch events as fast as it goes."""
    return uvloop.run(_at_rest(port, key, sockets, events, None))


def paced(port: int, key: str, sockets: int, events: int, rate: float) -> Delays:
    """Dispatch so many events a second."""
    return uvloop.run(_at_rest(port, key, sockets, events, rate))


def beside_one_that_stalls(port: int, key: str, sockets: int, events: int, rate: float) -> tuple[Delays, str]:
    """Do it while one more socket reads nothing; return also what that one was told when it read again."""
    return uvloop.run(_beside_one_that_stalls(port, key, sockets, events, rate))
