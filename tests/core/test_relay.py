import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from events import relay
from events.message import Envelope
from events.relay import Relay
from tests.core.layers import FakeRedis


@pytest.fixture(autouse=True)
def redis(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[FakeRedis]:
    """A bus that ticks fast."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.core.layers.FakeRedis"}}
    monkeypatch.setattr(relay, "TICK", 0.02)
    monkeypatch.setattr(relay, "SILENCE", 0.1)
    monkeypatch.setattr(relay, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(relay, "LAST_PAUSE", 0.02)
    FakeRedis.begin()
    return FakeRedis


def envelope(number: int) -> Envelope:
    return Envelope(
        id=f"{number:032x}", topic="test.event", project="alpha", user="artist", status="finished", depends_on=None,
        position=number, recipients=("artist",), frame=f'{{"number":{number}}}',
    )  # fmt: skip


class Process:
    """A relay, and what it has been told: envelopes, and None for a gap."""

    def __init__(self) -> None:
        self.told: list[Envelope | None] = []
        self._changed = asyncio.Event()
        self.relay = Relay(self._take, lambda: self._take(None))

    def _take(self, envelope: Envelope | None) -> None:
        self.told.append(envelope)
        self._changed.set()

    def positions(self) -> list[int | None]:
        return [each.position for each in self.told if each is not None]

    def gaps(self) -> int:
        return self.told.count(None)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def processes(count: int) -> AsyncIterator[list[Process]]:
    running = [Process() for _ in range(count)]
    for each in running:
        await each.relay.start()
    yield running
    for each in running:
        await each.relay.stop()


async def test_every_other_process_is_told_in_order_and_whole() -> None:
    async with processes(3) as (one, other, third):
        for number in range(500):
            one.relay.forward(envelope(number))
        for each in (other, third):
            await each.until(lambda each=each: len(each.positions()) == 500)  # type: ignore[misc]
            assert [told for told in each.told if told] == [envelope(number) for number in range(500)]
        assert one.positions() == []


async def test_listening_begins_with_a_gap_and_has_none_after_it() -> None:
    async with processes(2) as (one, other):
        for number in range(50):
            one.relay.forward(envelope(number))
            await asyncio.sleep(0)
        await other.until(lambda: len(other.positions()) == 50)
        assert (other.gaps(), other.told[0]) == (1, None)


async def test_what_waits_for_redis_comes_when_it_is_back(
    redis: type[FakeRedis], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SILENCE", 10)  # the subscriptions outlive it
    async with processes(2) as (one, other):
        redis.is_away = True
        for number in range(5):
            one.relay.forward(envelope(number))
        await redis.sent_in_vain.wait()
        assert other.positions() == []
        redis.is_away = False
        await other.until(lambda: len(other.positions()) == 5)
        assert other.positions() == [0, 1, 2, 3, 4]
    assert {record.message.split(",")[0] for record in caplog.records} == {"The bus is away", "The bus is back"}


async def test_what_was_lost_on_the_way_is_noticed(redis: type[FakeRedis]) -> None:
    async with processes(2) as (one, other):
        await other.until(lambda: other.gaps() == 1)
        redis.loses = True
        one.relay.forward(envelope(1))
        await redis.sent_in_vain.wait()
        redis.loses = False
        await other.until(lambda: other.gaps() == 2)
        one.relay.forward(envelope(2))
        await other.until(lambda: other.positions() == [2])


async def test_a_dead_subscription_is_replaced(redis: type[FakeRedis]) -> None:
    async with processes(2) as (one, other):
        for queue in redis.members.values():
            queue.put_nowait = lambda _: None  # type: ignore[assignment, method-assign]
        await other.until(lambda: other.gaps() > 1)
        one.relay.forward(envelope(1))
        await other.until(lambda: other.positions() == [1])


async def test_redis_that_is_away_at_the_start_is_found_later(redis: type[FakeRedis]) -> None:
    redis.is_away = True
    async with processes(2) as (one, other):
        redis.is_away = False
        await other.until(lambda: other.gaps() == 1)
        one.relay.forward(envelope(1))
        await other.until(lambda: other.positions() == [1])


@pytest.mark.parametrize(("limit", "most"), [("OUTBOX", 3), ("OUTBOX_SIZE", 35)])
async def test_of_too_much_that_waits_the_last_comes_and_the_gap_is_noticed(
    redis: type[FakeRedis], monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(relay, limit, most)
    async with processes(2) as (one, other):
        await other.until(lambda: other.gaps() == 1)
        redis.is_away = True
        for number in range(10):
            one.relay.forward(replace(envelope(number), frame="x" * 10))
        await redis.sent_in_vain.wait()
        redis.is_away = False
        await other.until(lambda: other.positions() == [7, 8, 9] and other.gaps() > 1)


@pytest.mark.parametrize(("limit", "most", "batches"), [("BATCH", 3, [3, 3, 3]), ("BATCH_SIZE", 30, [3, 3, 2, 1])])
async def test_only_so_much_travels_together(
    redis: type[FakeRedis], monkeypatch: pytest.MonkeyPatch, limit: str, most: int, batches: list[int]
) -> None:
    monkeypatch.setattr(relay, limit, most)
    async with processes(2) as (one, other):
        await other.until(lambda: other.gaps() == 1)
        for number in range(9):  # none of it is sent before this is done
            one.relay.forward(replace(envelope(number), frame="x" * (10 if number < 8 else 100)))
        await other.until(lambda: len(other.positions()) == 9)
    assert redis.batches == batches


async def test_what_was_published_at_last_is_still_sent() -> None:
    async with processes(2) as (one, other):
        one.relay.forward(envelope(1))
        await one.relay.stop()
        await other.until(lambda: other.positions() == [1])


async def test_a_process_without_a_server_is_heard() -> None:
    async with processes(1) as (one,):
        await relay.send(envelope(1))
        await relay.send(envelope(2))
        await one.until(lambda: one.positions() == [1, 2])
