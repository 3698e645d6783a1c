"""Frames that nobody should send; FEED_ABUSE_FRAMES makes it more of them."""

import asyncio
import contextlib
import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.e2e.server import KEY, Server

FRAMES = int(os.environ.get("FEED_ABUSE_FRAMES", "120"))
AT_ONCE = 20
MORE_MEMORY = 40 * 2**20
"""Bytes that a server process may have grown after all that."""

AUTH = json.dumps({"topic": "auth", "token": KEY, "subscribe": ["*"]})
BAD: list[Callable[[], str | bytes]] = [
    lambda: "",
    lambda: random.randbytes(random.randint(0, 2000)),
    lambda: "{" * random.randint(1, 60_000),
    lambda: "[" * 30_000 + "]" * 30_000,
    lambda: '{"topic":' * 5000,
    lambda: "x" * 200_000,
    lambda: "y" * 2_000_000,
    lambda: json.dumps({"topic": "auth", "token": "nobody", "subscribe": ["*"]}),
    lambda: json.dumps({"topic": "auth", "token": {"a": [None] * 1000}}),
    lambda: json.dumps({"topic": "auth", "token": KEY, "subscribe": ["a"] * 501}),
    lambda: json.dumps({"topic": "auth", "token": KEY, "since": random.choice([-1, 2**80, "x", [], 1.5])}),
    lambda: json.dumps({"topic": "publish", "event": {"topic": "secret.event"}}),
    lambda: json.dumps({"topic": "publish", "event": {"topic": "a" * 100, "summary": {"a": "\x00"}}}),
    lambda: json.dumps({"topic": "server.restart_requested"}),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One that lets an address connect as often as it likes: the limit would keep most of this away."""
    with Server(tmp_path / "data", EVENTS_CONNECT_RATE="") as running:
        yield running


async def abuse(url: str) -> list[str]:
    """Say one bad thing to the server, some of it once logged in; return what it tells those that are not."""
    told: list[str] = []
    logs_in = random.random() < 0.3
    bad = random.choice(BAD)()
    with contextlib.suppress(ConnectionClosed, OSError, TimeoutError):
        async with asyncio.timeout(20), connect(url, max_size=None, compression=None) as opened:
            if logs_in:
                await opened.send(AUTH)
            for _ in range(random.choice((1, 1, 1, 150))):
                await opened.send(bad)
            await listen(opened, told)
    return [] if logs_in else told


async def listen(opened: ClientConnection, told: list[str]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(random.uniform(0, 0.3)):
            async for frame in opened:
                told += [str(frame)]


async def test_frames_that_nobody_should_send_harm_nobody(server: Server) -> None:
    url = server.url.replace("http", "ws") + "/ws"
    process = psutil.Process(server.process.pid)
    told: list[str] = []
    for _ in range(2):  # the first round warms up what is made once
        before = process.memory_info().rss
        for _ in range(0, FRAMES // 2, AT_ONCE):
            abusing = asyncio.gather(*(abuse(url) for _ in range(AT_ONCE)))
            answer = await asyncio.to_thread(server.post, "/api/events", {"topic": "secret.event", "project": "alpha"})
            assert answer.status_code == 200
            told += [frame for each in await abusing for frame in each]
    grown = process.memory_info().rss - before
    assert [frame for frame in told if "secret" in frame] == []
    assert grown < MORE_MEMORY
    async with connect(url) as opened:
        await opened.send(AUTH)
        assert json.loads(await opened.recv())["topic"] == "heartbeat"
    server.stop()
    assert [line for line in server.output if "Traceback" in line] == []
