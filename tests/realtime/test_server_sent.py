import asyncio
import json
from typing import Any

import pytest

from events import adispatch_event
from events.models import AccessToken, Event
from events.realtime import hub
from tests.realtime.sockets import PATIENCE
from tests.realtime.streams import stream

pytestmark = pytest.mark.django_db(transaction=True)


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
        await opened.counts()
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


async def test_who_has_too_many_streams_is_told_when_to_come_again(keys: dict[str, str], settings: Any) -> None:
    settings.EVENTS_FEED_CLIENTS_PER_USER = 1
    key = {"x-api-key": keys["service"]}
    async with stream(headers=key) as first, stream(headers=key) as second:
        assert (first.status, second.status) == (200, 429)
        assert int(second.headers["retry-after"]) > 0


async def test_a_stream_ends_with_its_token(token: str, impatient: None) -> None:
    async with stream(headers={"authorization": f"Bearer {token}"}) as opened:
        await AccessToken.objects.all().adelete()
        async with asyncio.timeout(PATIENCE):
            while (await opened.body())[1]:
                pass


async def test_a_head_has_no_end_to_wait_for(keys: dict[str, str]) -> None:
    async with stream("HEAD", {"x-api-key": keys["service"]}) as opened:
        assert (opened.status, await opened.body()) == (200, ("", False))
