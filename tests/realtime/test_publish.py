import json
from typing import Any

import pytest

from events.models import Event
from tests.realtime.sockets import Socket

pytestmark = pytest.mark.django_db(transaction=True)


async def publish(socket: Socket, **event: object) -> None:
    await socket.say({"topic": "publish", "event": event})


async def test_a_client_tells_the_others_and_recognises_its_own(keys: dict[str, str]) -> None:
    async with Socket() as one, Socket() as other:
        await one.log_in(keys["manager"], "chat.")
        await other.log_in(keys["artist"], "chat.")
        await publish(
            one, topic="chat.typing", project="alpha", sender="tab 1", summary={"text": "…"}, payload={"a": 1}
        )
        told = await other.event()
        assert told == await one.event()
    assert (told["topic"], told["sender"], told["user"], told["project"]) == (
        "chat.typing",
        "tab 1",
        "manager",
        "alpha",
    )
    assert (told["summary"], told["store"], "payload" in told, "position" in told) == (
        {"text": "…"},
        False,
        False,
        False,
    )
    assert await Event.objects.acount() == 0


@pytest.mark.parametrize("role", ["artist", "guest"])
async def test_who_may_not_dispatch_may_not_publish(keys: dict[str, str], published: list[str], role: str) -> None:
    async with Socket() as socket:
        await socket.log_in(keys[role], "*")
        await publish(socket, topic="chat.typing", project="alpha")
        refusal = await socket.event()
        assert (refusal["topic"], refusal["code"]) == ("error", "forbidden")
        await socket.log_in(keys[role], "*")
    assert published == []


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({}, "topic"),
        ({"topic": "no topic"}, "topic"),
        ({"topic": "a.b", "project": "../"}, "project"),
        ({"topic": "a.b", "sender": "x" * 300}, "sender"),
        ({"topic": "a.b", "summary": {"a": "\x00"}}, "summary"),
    ],
)
async def test_what_is_no_event_is_answered_with_the_field(
    keys: dict[str, str], published: list[str], event: dict[str, Any], field: str
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await publish(socket, **event)
        refusal = await socket.event()
        assert (refusal["topic"], refusal["code"], refusal["field"]) == ("error", "invalid_field", field)
    assert published == []


async def test_publishing_is_counted_with_all_other_dispatching(keys: dict[str, str], settings: Any) -> None:
    settings.EVENTS_DISPATCH_RATE = "2/day"
    async with Socket() as socket:
        await socket.log_in(keys["service"], "chat.")
        for _ in range(3):
            await publish(socket, topic="chat.typing")
        told = [await socket.event() for _ in range(3)]
    refused = [each for each in told if each["topic"] == "error"]
    assert [each["code"] for each in refused] == ["too_many_requests"]
    assert 1 <= refused[0]["wait"] <= 2 * 86_400
    assert len([each for each in told if each["topic"] == "chat.typing"]) == 2


async def test_nobody_publishes_before_the_login(keys: dict[str, str], published: list[str]) -> None:
    async with Socket() as socket:
        await publish(socket, topic="chat.typing")
        assert await socket.close_code() == 4401
    assert published == []


async def test_who_says_too_much_is_hung_up_on(keys: dict[str, str], settings: Any) -> None:
    settings.EVENTS_SOCKET_RATE = 2
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        for _ in range(20):
            await socket.say(json.dumps({"topic": "ping"}))
        assert await socket.close_code_at_last() == 4429
