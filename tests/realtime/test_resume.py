import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from events import adispatch_event, aupdate_event, bus
from events.models import Event
from events.realtime import catching_up, follower, hub, past
from tests.core.test_position import only_postgresql, open_transaction, wait_until_settled
from tests.factories import make_event
from tests.realtime.sockets import PATIENCE, Socket, stand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fast_heartbeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.05)


async def come_back(socket: Socket, key: str, since: int, *subscribe: str, **more: object) -> None:
    await socket.log_in(key, *(subscribe or ("*",)), since=since, **more)


async def place(key: str) -> int:
    """Return where a client stands that has seen everything."""
    async with Socket() as socket:
        await socket.log_in(key, "*")
        return await stand(socket, await adispatch_event("test.first"))


async def test_a_client_gets_what_it_has_missed_in_order_and_then_what_comes(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "PAGE", 2)
    since = await place(keys["service"])
    async with Socket() as witness:
        await witness.log_in(keys["service"])
        ids = [await adispatch_event(f"test.event{number}", finished=False) for number in range(5)]
        await aupdate_event(ids[1], status="failed")
        await adispatch_event("test.notice", store=False)
        await sync_to_async(wait_until_settled)(await stand(witness, ids[1]))
    async with Socket() as socket:
        await come_back(socket, keys["service"], since)
        ids.append(await adispatch_event("test.live"))
        events = [await socket.event() for _ in range(6)]
        last = await stand(socket, ids[5])
    assert [event["id"] for event in events] == [ids[number] for number in (0, 2, 3, 4, 1, 5)]
    own = [(await Event.objects.aget(pk=event["id"])).position for event in events]
    told = [event["position"] for event in events]
    assert since < own[0]
    assert own == sorted(own)
    assert (told[:5], told[5] <= own[5], last) == (own[:5], True, own[5])
    assert [("store" in event, event.get("progress")) for event in events[3:]] == [
        (True, 0),
        (False, None),
        (True, 100),
    ]


async def test_the_highest_position_seen_is_where_to_go_on(keys: dict[str, str]) -> None:
    since = await place(keys["service"])
    for number in range(3):
        sent = await adispatch_event("test.event", description=str(number))
        async with Socket() as socket:
            await come_back(socket, keys["service"], since)
            event = await socket.event()
            assert (event["id"], event["description"]) == (sent, str(number))
            since = max(event.get("position", 0), await stand(socket, sent))


async def test_who_has_missed_nothing_gets_nothing(keys: dict[str, str]) -> None:
    since = await place(keys["service"])
    async with Socket() as socket:
        await come_back(socket, keys["service"], since)
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == []


async def test_what_was_missed_obeys_access_recipients_and_subscription(keys: dict[str, str]) -> None:
    since = await place(keys["service"])
    for topic, fields in {
        "test.seen": {"project": "alpha"},
        "test.foreign": {"project": "beta"},
        "test.for_others": {"recipients": ["manager"]},
        "test.for_me": {"recipients": ["artist"]},
        "log.info": {},
        "other.topic": {"project": "alpha"},
    }.items():
        await adispatch_event(topic, **fields)  # type: ignore[arg-type]
    async with Socket() as socket:
        await come_back(socket, keys["artist"], since, "test.", "log.")
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == ["test.seen", "test.for_me"]


@pytest.mark.parametrize("ahead", [-100, 100])
async def test_who_was_away_too_long_is_told_to_load_anew_and_hears_what_comes(
    keys: dict[str, str], settings: Any, ahead: int
) -> None:
    settings.EVENTS_FEED_RESUME = 2
    since = await place(keys["service"])
    for _ in range(3):
        await adispatch_event("test.missed")
    async with Socket() as socket:
        await come_back(socket, keys["service"], max(0, since + ahead))
        assert await socket.event() == {"topic": "resync"}
        await adispatch_event("test.live")
        assert (await socket.event())["topic"] == "test.live"


async def test_exactly_as_much_as_the_limit_is_made_up_for(keys: dict[str, str], settings: Any) -> None:
    settings.EVENTS_FEED_RESUME = 2
    since = await place(keys["service"])
    for number in range(2):
        await adispatch_event(f"test.event{number}")
    async with Socket() as socket:
        await come_back(socket, keys["service"], since)
        assert [(await socket.event())["topic"] for _ in range(2)] == ["test.event0", "test.event1"]


async def test_an_open_socket_may_go_back(keys: dict[str, str]) -> None:
    since = await place(keys["service"])
    await adispatch_event("test.missed")
    async with Socket() as socket:
        await socket.log_in(keys["service"], "other.")
        await come_back(socket, keys["service"], since, "test.")
        assert (await socket.event())["topic"] == "test.missed"


async def test_what_the_bus_has_lost_is_delivered_all_the_same(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "IDLE", 0.05)
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        with monkeypatch.context() as lost:
            lost.setattr(bus, "_send", lambda *_: None)
            first = await adispatch_event("test.lost", finished=False)
            second = await adispatch_event("test.lost")
        events = [await socket.event(), await socket.event()]
        assert [event["id"] for event in events] == [first, second]
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == []


class HeldLooks:
    """The looks of a process, which wait until they may go."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.is_one_held, self.may_go = threading.Event(), threading.Event()
        self._look = past.look
        patch.setattr(past, "look", self)

    def __call__(self, *args: Any) -> past.Look:
        self.is_one_held.set()
        assert self.may_go.wait(PATIENCE)
        return self._look(*args)


def make_five() -> None:
    with transaction.atomic():
        for _ in range(5):
            last = make_event()
    wait_until_settled(last.position)


async def test_too_much_that_was_lost_is_to_be_loaded_anew(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(follower, "IDLE", 0.05)
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await stand(socket, await adispatch_event("test.first"))
        settings.EVENTS_FEED_RESUME = 2
        looks = HeldLooks(monkeypatch)
        assert await asyncio.to_thread(looks.is_one_held.wait, PATIENCE)
        with monkeypatch.context() as lost:
            lost.setattr(bus, "_send", lambda *_: None)
            await sync_to_async(make_five)()
        looks.may_go.set()
        assert await socket.event() == {"topic": "resync"}


async def test_large_changes_are_read_few_at_a_time(keys: dict[str, str], settings: Any) -> None:
    since = await place(keys["service"])
    for number in range(6):
        last = await adispatch_event(f"test.event{number}", description="x" * 400)
    async with Socket() as witness:
        await witness.log_in(keys["service"])
        await stand(witness, last)
    first = await sync_to_async(past.page)(since, since + 100, 6, 1000)
    assert ([each.topic for each in first[0]], first[1]) == (["test.event0", "test.event1"], first[0][1].position)
    settings.EVENTS_FEED_BUFFER = 1000
    async with Socket() as socket:
        await come_back(socket, keys["service"], since, "test.")
        assert [(await socket.event())["topic"] for _ in range(6)] == [f"test.event{number}" for number in range(6)]


@only_postgresql
async def test_a_change_that_is_committed_late_is_missed_by_nobody(keys: dict[str, str]) -> None:
    async with Socket() as staying:
        async with Socket() as going:
            await staying.log_in(keys["service"], "*")
            await going.log_in(keys["service"], "*")
            with open_transaction(lambda: make_event("test.early")) as commit:
                late = await adispatch_event("test.late")
                seen = [await going.event(), await staying.event()]
                assert [event["id"] for event in seen] == [late, late]
                early_position = await sync_to_async(lambda: Event.objects.get(topic="test.late").position)()
                assert seen[0].get("position", 0) < early_position
                commit()
            assert (await staying.event())["topic"] == "test.early"
        async with Socket() as back:
            await come_back(back, keys["service"], seen[0].get("position", 0))
            await adispatch_event("server.started")
            assert "test.early" in await back.topics_until("server.started")


@only_postgresql
async def test_who_comes_back_during_a_long_transaction_gets_the_rest_of_it_live(keys: dict[str, str]) -> None:
    async with Socket() as witness:
        await witness.log_in(keys["service"], "*")
        since = await stand(witness, await adispatch_event("test.first"))
        with open_transaction(lambda: make_event("test.early")) as commit:
            await adispatch_event("test.late")
            assert (await witness.event())["topic"] == "test.late"
            async with Socket() as back:
                await come_back(back, keys["service"], since)
                assert (await back.event())["topic"] == "test.late"
                commit()
                assert (await back.event())["topic"] == "test.early"
                await adispatch_event("server.started")
                assert await back.topics_until("server.started") == []
