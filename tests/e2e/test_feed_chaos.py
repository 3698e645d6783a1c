"""Clients that come and go while everything else does too: at the end each knows every change, and no other.

``FEED_CHAOS_SECONDS=120 FEED_CHAOS_CLIENTS=20 FEED_CHAOS_RATE=500 pytest tests/e2e/test_feed_chaos.py`` with
DATABASE_URL and REDIS_URL is the full size: Redis is then away for 30 s.
"""

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.conftest import POSTGRES
from tests.e2e.server import KEY, ROOT, Server

SECONDS = float(os.environ.get("FEED_CHAOS_SECONDS", "6"))
CLIENTS = int(os.environ.get("FEED_CHAOS_CLIENTS", "6"))
RATE = float(os.environ.get("FEED_CHAOS_RATE", "50"))
"""Events that are to be written in a second, by all writers together."""
WRITERS = 4
PAUSE = 0.1
"""Seconds between two batches of one writer."""
PATIENCE = 60 + SECONDS
"""Seconds for the clients to learn the rest after the last write."""
PROJECTS = ("alpha", "beta", None)
LONG_TRANSACTIONS = """
import random, sys, time
import django
django.setup()
from django.db import transaction
from events import dispatch_event
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        dispatch_event("chaos.long", project=random.choice(["alpha", "beta"]))
        time.sleep(random.uniform(0.5, 1.5))
        dispatch_event("chaos.long", project="alpha")
        if number % 4 == 3:
            transaction.set_rollback(True)
"""


class Redis:
    """A Redis of this test's own, that can go away."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def redis() -> Iterator[Redis | None]:
    if not POSTGRES or shutil.which("redis-server") is None:
        yield None
        return
    own = Redis()
    own.start()
    yield own
    own.stop()


class Writer(threading.Thread):
    """Dispatches events until it is told to stop; a batch that got no answer is dispatched again, with its hashes."""

    def __init__(self, servers: list[Server], until: threading.Event) -> None:
        super().__init__()
        self.servers, self.until = servers, until

    def run(self) -> None:
        due = time.monotonic()
        while not self.until.is_set():
            events = [self._event() for _ in range(max(1, round(RATE * PAUSE / WRITERS)))]
            while not self._send(events):
                time.sleep(PAUSE)
            due += PAUSE
            time.sleep(max(0.0, due - time.monotonic()))

    def _event(self) -> dict[str, Any]:
        return {"topic": "chaos.event", "hash": uuid.uuid4().hex, "project": random.choice(PROJECTS)}

    def _send(self, events: list[dict[str, Any]]) -> bool:
        """Send them one by one if it is few of them, else as a batch."""
        url, headers = random.choice(self.servers).url, {"X-Api-Key": KEY}
        with contextlib.suppress(requests.RequestException):
            if len(events) > 1:
                return requests.post(f"{url}/api/events/batch", json={"events": events}, headers=headers, timeout=10).ok
            answer = requests.post(f"{url}/api/events", json=events[0], headers=headers, timeout=10)
            return answer.status_code in (200, 409)
        return False


class Follower:
    """A client that remembers what it was told, and the highest position."""

    def __init__(self, servers: list[Server], project: str | None) -> None:
        self.servers, self.project = servers, project
        self.position = 0
        self.seen: set[str] = set()
        self.resyncs = 0
        self.connections = 0

    async def follow(self) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with asyncio.timeout(random.uniform(0.3, 3)) as limit:
                    await self._listen(random.choice(self.servers), limit)
            await asyncio.sleep(random.uniform(0, 0.3))

    async def _listen(self, server: Server, limit: asyncio.Timeout) -> None:
        async with connect(server.url.replace("http", "ws") + "/ws", max_queue=None, close_timeout=1) as opened:
            frame = {"topic": "auth", "token": KEY, "subscribe": ["chaos."], "since": self.position}
            await opened.send(json.dumps(frame | ({"project": self.project} if self.project else {})))
            self.connections += 1
            async for text in opened:
                await self._take(json.loads(text), server, limit)

    async def _take(self, frame: dict[str, Any], server: Server, limit: asyncio.Timeout) -> None:
        if frame["topic"] == "resync":
            self.resyncs += 1
            limit.reschedule(None)  # it stays until it has loaded everything
            self.seen |= await asyncio.to_thread(expected, server, self.project)
            limit.reschedule(asyncio.get_running_loop().time() + random.uniform(0.3, 3))
        elif frame["topic"].startswith("chaos."):
            self.seen.add(frame["id"])
        self.position = max(self.position, frame.get("position", 0))


def expected(server: Server, project: str | None) -> set[str]:
    events = server.all_events("&topic=chaos.*")
    return {str(each["id"]) for each in events if project is None or each["project"] in (project, None)}


def restart(server: Server, how: signal.Signals) -> None:
    server.environment["PORT"] = server.url.rpartition(":")[2]
    server.stop(how)
    server.start()


def wreak_havoc(servers: list[Server], redis: Redis | None, until: float) -> None:
    """Restart the servers in turn, and take Redis away, at least once each."""
    for number, how in enumerate([signal.SIGTERM, signal.SIGKILL] * 100):
        time.sleep(max(2.0, SECONDS / 10))
        restart(servers[number % len(servers)], how)
        if redis is not None and number % 2 == 0:
            redis.stop()
            time.sleep(max(2.0, SECONDS / 4) if number == 0 else 2.0)
            redis.start()
        if time.monotonic() > until and number + 1 >= len(servers):
            return


def start_long_transactions(server: Server) -> "subprocess.Popen[bytes]":
    """Dispatch events in transactions that stay open for a while, from a process of its own."""
    command = [sys.executable, "-c", LONG_TRANSACTIONS, str(max(2, int(SECONDS)))]
    environment = server.environment | {"DJANGO_SETTINGS_MODULE": "ayonevents.settings"}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


async def until_all_know(followers: list[Follower], servers: list[Server]) -> None:
    """Wait until every client knows everything; or give up, and let the assertions say what is missing."""
    wanted = {project: expected(servers[0], project) for project in (None, "alpha", "beta")}
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not all(wanted[each.project] <= each.seen for each in followers):  # noqa: ASYNC110 - of many
                await asyncio.sleep(0.1)


async def test_clients_that_come_and_go_learn_every_change(tmp_path: Path, redis: Redis | None) -> None:
    environment = {"REDIS_URL": f"redis://127.0.0.1:{redis.port}/0"} if redis else {}
    with contextlib.ExitStack() as running:
        servers = [running.enter_context(Server(tmp_path / "here", **environment))]
        if redis is not None:
            servers.append(running.enter_context(Server(tmp_path / "there", servers[0], **environment)))
            long = start_long_transactions(servers[0])
            running.callback(long.wait)
        enough = threading.Event()
        writers = [Writer(servers, enough) for _ in range(WRITERS)]
        followers = [Follower(servers, (None, "alpha", "beta")[number % 3]) for number in range(CLIENTS)]
        following = [asyncio.create_task(each.follow()) for each in followers]
        for writer in writers:
            writer.start()
        await asyncio.to_thread(wreak_havoc, servers, redis, time.monotonic() + SECONDS)
        enough.set()
        for writer in writers:
            await asyncio.to_thread(writer.join)
        if redis is not None:
            assert await asyncio.to_thread(long.wait) == 0
        await until_all_know(followers, servers)
        ended = [task for task in following if task.done()]
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        assert [task.exception() for task in ended] == []
        wanted = {project: expected(servers[0], project) for project in (None, "alpha", "beta")}
    assert len(wanted[None]) > len(servers)
    connections, resyncs = sum(each.connections for each in followers), sum(each.resyncs for each in followers)
    print(f"{len(wanted[None])} events, {connections} connections, {resyncs} resyncs")
    for each in followers:
        assert (each.seen - wanted[each.project], wanted[each.project] - each.seen) == (set(), set())
        assert each.connections > 1
    # Most of it was made up for, and not loaded anew.
    assert resyncs < connections / 4
