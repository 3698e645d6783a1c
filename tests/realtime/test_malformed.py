import logging
from typing import Any

import pytest

from tests.realtime.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)

UNREADABLE: dict[str, Any] = {
    "empty": "",
    "no JSON": "auth",
    "half": '{"topic": "auth"',
    "two": '{"topic": "auth"} {"topic": "auth"}',
    "byte order mark": "\ufeff{}",
    "nul": "\x00",
    "lone surrogate": "\ud800",
    "list": [],
    "text": '"auth"',
    "number": "1e999",
    "endless number": "9" * 5000,
    "deep list": "[" * 60_000,
    "deep object": '{"topic":' * 7000,
    "bytes": b'{"topic": "auth"}',
    "no bytes": b"",
    "too long": " " * 2**16 + "{}",
    "token of a number": {"topic": "auth", "token": 1},
    "token of a surrogate": '{"topic": "auth", "token": "\\ud800"}',
    "token of nul": {"topic": "auth", "token": "\x00"},
    "token of an object": {"topic": "auth", "token": {"$ne": ""}},
    "endless token": {"topic": "auth", "token": "k" * 1000},
    "one pattern": {"topic": "auth", "subscribe": "*"},
    "patterns of numbers": {"topic": "auth", "subscribe": [1]},
    "too many patterns": {"topic": "auth", "subscribe": ["a."] * 501},
    "project of a list": {"topic": "auth", "project": []},
    "position before the first": {"topic": "auth", "since": -1},
    "event of a text": {"topic": "publish", "event": "log.info"},
    "topic of a number": {"topic": "publish", "event": {"topic": 5}},
}
IGNORED: dict[str, Any] = {
    "nothing": {},
    "unknown topic": {"topic": "ping"},
    "topic of a list": {"topic": ["auth"]},
    "topic of a surrogate": '{"topic": "\\ud800"}',
    "topic of another case": {"topic": "AUTH", "token": 1},
    "event": {"topic": "server.restart_requested", "summary": {}},
    "bus message": {"type": "event.message", "topic": "log.info", "frame": "{}"},
    "repeated keys": '{"topic": "auth", "topic": "ping"}',
}


@pytest.fixture(autouse=True)
def _nothing_logged(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG, "events")
    yield
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_ends_the_socket_and_no_other(keys: dict[str, str], frame: object) -> None:
    async with Socket() as other, Socket() as socket:
        await other.log_in(keys["service"])
        await socket.log_in(keys["service"])
        await socket.say(frame)
        assert await socket.close_code() == 4400
        await socket.say(frame)  # what was on the way meanwhile
        await other.log_in(keys["service"])


@pytest.mark.parametrize("frame", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_no_login(db: None, frame: object) -> None:
    async with Socket() as socket:
        await socket.say(frame)
        assert await socket.close_code() == 4400


@pytest.mark.parametrize("frame", IGNORED.values(), ids=IGNORED)
async def test_what_means_nothing_is_ignored(keys: dict[str, str], frame: object) -> None:
    async with Socket() as socket:
        await socket.say(frame)
        await socket.log_in(keys["service"])
        await socket.say(frame)
        await socket.log_in(keys["service"])


@pytest.mark.parametrize("subscribe", [["\ud800"], ["\x00"], ["a" * 60_000], ["(.*)+$"], ["…"], [""] * 500])
async def test_any_text_may_be_subscribed(keys: dict[str, str], subscribe: list[str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], *subscribe)


async def test_a_client_that_goes_during_the_login_leaves_nothing_behind(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.say({"topic": "auth", "token": keys["service"], "subscribe": ["*"]})
