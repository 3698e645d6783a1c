import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from ayonevents.asgi import application
from events import adispatch_event
from events.models import AccessToken, Event
from events.realtime import hub
from tests.realtime.sockets import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)


class Stream:
    """What an ``EventSource`` sees."""

    def __init__(self, communicator: Any) -> None:
        self._communicator = communicator
        self._blocks: list[str] = []
        self.last_id: str | None = None
        self.status = 0
        self.headers: dict[str, str] = {}

    async def begin(self) -> None:
        start = await self._communicator.receive_output(PATIENCE)
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}

    async def body(self) -> Any:
        message = await self._communicator.receive_output(PATIENCE)
        return message["body"].decode(), message.get("more_body", False)

    async def block(self) -> str:
        """Return the next block; its id is remembered."""
        while not self._blocks:
            text, more = await self.body()
            assert more
            self._blocks += [each for each in text.split("\n\n") if each]
        block = self._blocks.pop(0)
        for line in block.split("\n"):
            if line.startswith("id: "):
                self.last_id = line[4:]
        return block

    async def event(self) -> dict[str, Any]:
        async with asyncio.timeout(6 * PATIENCE):
            while "data: " not in (block := await self.block()):
                pass
        event: dict[str, Any] = json.loads(block.partition("data: ")[2])
        return event

    async def stand(self, number: int) -> str:
        """Wait until the id has reached the position."""
        async with asyncio.timeout(6 * PATIENCE):
            while int(self.last_id or 0) < number:
                await self.block()
        assert self.last_id is not None
        return self.last_id


@asynccontextmanager
async def stream(method: str = "GET", headers: dict[str, str] | None = None, **query: str) -> AsyncIterator[Stream]:
    sent = [(name.lower().encode(), value.encode()) for name, value in {"host": "localhost", **(headers or {})}.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/api/stream",
        "query_string": urlencode(query).encode(),
        "headers": sent,
        "scheme": "http",
    }
    make: Any = ApplicationCommunicator
    communicator = make(application, scope)
    await communicator.send_input({"type": "http.request", "body": b""})
    opened = Stream(communicator)
    await opened.begin()
    yield opened
    await communicator.send_input({"type": "http.disconnect"})
    await communicator.wait(PATIENCE)
    await sync_to_async(connections.close_all)()


@pytest.fixture(autouse=True)
def fast_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.05)


async def test_events_come_as_they_happen_and_heartbeats_as_comments(keys: dict[str, str]) -> None:
    async with stream(headers={"x-api-key": keys["artist"]}, topics="log.,test.", project="alpha") as opened:
        assert (opened.status, opened.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert await opened.block() == "retry: 2000"
        assert (await opened.block()).startswith(": heartbeat")
        for topic, project in (("other.topic", "alpha"), ("test.foreign", "beta"), ("test.seen", "alpha")):
            await adispatch_event(topic, project=project, description="two\nlines")
        event = await opened.event()
    assert (event["topic"], event["description"], "payload" in event) == ("test.seen", "two\nlines", False)


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_browser_that_comes_back_gets_what_it_has_missed(keys: dict[str, str], how: str) -> None:
    key = {"x-api-key": keys["service"]}
    async with stream(headers=key) as opened:
        await adispatch_event("test.first")
        assert (await opened.event())["topic"] == "test.first"
        last = await opened.stand((await Event.objects.aget()).position)
    await adispatch_event("test.missed")
    back = stream(headers=key | {"last-event-id": last}) if how == "header" else stream(headers=key, since=last)
    async with back as opened:
        await adispatch_event("test.live")
        assert [(await opened.event())["topic"] for _ in range(2)] == ["test.missed", "test.live"]


@pytest.mark.parametrize(
    ("headers", "query", "method", "status", "detail"),
    [
        ({}, {}, "GET", 401, "Access token is missing"),
        ({"x-api-key": "nobody"}, {}, "GET", 401, "Invalid API key"),
        ({}, {"since": "yesterday"}, "GET", 400, "since: expected a position: a whole number from 0"),
        ({}, {}, "POST", 405, "Method POST not allowed"),
    ],
)
async def test_who_gets_no_stream_is_told_why(
    db: None, headers: dict[str, str], query: dict[str, str], method: str, status: int, detail: str
) -> None:
    async with stream(method, headers, **query) as opened:
        assert opened.status == status
        assert json.loads((await opened.body())[0]) == {"code": status, "detail": detail}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://localhost"}, 200),
        ({"sec-fetch-site": "cross-site"}, 401),
        ({"origin": "http://evil.example.com"}, 401),
        ({}, 401),
    ],
)
async def test_a_browsers_cookie_counts_on_own_pages_only(session: str, headers: dict[str, str], status: int) -> None:
    async with stream(headers={"cookie": session, **headers}) as opened:
        assert opened.status == status


async def test_a_stream_ends_with_its_token(token: str, impatient: None) -> None:
    async with stream(headers={"authorization": f"Bearer {token}"}) as opened:
        await AccessToken.objects.all().adelete()
        async with asyncio.timeout(PATIENCE):
            while (await opened.body())[1]:
                pass


async def test_a_head_has_no_end_to_wait_for(keys: dict[str, str]) -> None:
    async with stream("HEAD", {"x-api-key": keys["service"]}) as opened:
        assert (opened.status, await opened.body()) == (200, ("", False))
