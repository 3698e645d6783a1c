"""The order and the numbers in which one process tells what it hears."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest

from events.message import Envelope
from events.realtime import follower, past
from events.realtime.follower import Follower, Told
from events.realtime.past import Look
from tests.realtime.sockets import PATIENCE

START = 100


class Stream:
    """A database in which everything has settled up to START; later looks come when the test lets them."""

    def __init__(self) -> None:
        self.first = [Look(settled=START, start=START)]
        self.may_look = threading.Event()
        self.later = Look(settled=START)

    def begin(self, _limit: int) -> Look:
        return self.first.pop(0)

    def look(self, *_: Any) -> Look:
        assert self.may_look.wait(PATIENCE)
        return self.later


class Telling:
    """What was told: descriptions and positions, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[tuple[str, int | None]]] = []
        self.more = asyncio.Event()

    def __call__(self, batch: list[Told]) -> None:
        self.batches.append([(envelope.status, frame.position) for envelope, frame in batch])
        self.more.set()

    async def until(self, count: int) -> list[tuple[str, int | None]]:
        async with asyncio.timeout(PATIENCE):
            while len(told := [each for batch in self.batches for each in batch]) < count:
                self.more.clear()
                await self.more.wait()
        return told


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    made = Stream()
    monkeypatch.setattr(past, "begin", made.begin)
    monkeypatch.setattr(past, "look", made.look)
    return made


@pytest.fixture
def telling() -> Telling:
    return Telling()


@pytest.fixture
async def following(stream: Stream, telling: Telling) -> AsyncIterator[Follower]:
    made = Follower(telling, lambda: None)
    running = asyncio.create_task(made.run())
    await made.is_known.wait()
    yield made
    running.cancel()
    stream.may_look.set()
    await asyncio.gather(running, return_exceptions=True)


def change(position: int | None, status: str = "finished", event_id: str | None = None) -> Envelope:
    return Envelope(
        id=event_id or f"event {position}",
        topic="test.event",
        project=None,
        user=None,
        status=status,
        depends_on=None,
        position=position,
        frame="{}",
    )


async def test_what_follows_on_tells_its_own_number_without_a_look(following: Follower, telling: Telling) -> None:
    for number in (1, 2):
        following.take(change(START + number))
        await telling.until(number)
    assert telling.batches == [[("finished", START + 1)], [("finished", START + 2)]]
    assert following.cursor == START + 2


async def test_what_comes_together_is_told_together_and_in_order(following: Follower, telling: Telling) -> None:
    for position in (START + 2, None, START + 3, START + 1):
        following.take(change(position, str(position)))
    assert await telling.until(4) == [
        (str(START + 1), START + 1),
        ("None", None),
        (str(START + 2), START + 2),
        (str(START + 3), START + 3),
    ]


async def test_what_is_above_a_gap_goes_out_and_tells_what_is_below_the_gap(
    following: Follower, telling: Telling
) -> None:
    following.take(change(START + 2))
    assert await telling.until(1) == [("finished", START)]
    following.take(change(START + 1))
    assert (await telling.until(2))[1] == ("finished", START + 1)
    assert following.cursor == START + 2


async def test_a_look_closes_a_gap_with_what_was_missed(following: Follower, telling: Telling, stream: Stream) -> None:
    following.take(change(START + 2))
    await telling.until(1)
    stream.later = Look(settled=START + 2, missed=[change(START + 1, "missed")])
    stream.may_look.set()
    assert (await telling.until(2))[1] == ("missed", START + 1)
    following.take(change(START + 3))
    assert (await telling.until(3))[2] == ("finished", START + 3)


async def test_what_an_event_was_does_not_come_after_what_it_is(following: Follower, telling: Telling) -> None:
    following.take(change(START + 2, "finished", "event"))
    await telling.until(1)
    following.take(change(START + 1, "in_progress", "event"))
    following.take(change(START + 3, "pending"))
    assert await telling.until(2) == [("finished", START), ("pending", START + 3)]


async def test_who_listens_before_it_is_known_what_has_settled_loads_anew_then(
    stream: Stream, telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "IDLE", 0.01)
    stream.first = [Look(settled=None, start=START), Look(settled=START + 2, start=START + 2)]
    known_at: list[bool] = []
    made = Follower(telling, lambda: known_at.append(made.is_known.is_set()))
    running = asyncio.create_task(made.run())
    await made.is_known.wait()
    assert (known_at, made.cursor) == ([True], START)
    running.cancel()
    stream.may_look.set()
    await asyncio.gather(running, return_exceptions=True)


async def test_who_begins_with_what_has_settled_need_not_load_anew(stream: Stream, telling: Telling) -> None:
    resyncs: list[None] = []
    made = Follower(telling, lambda: resyncs.append(None))
    running = asyncio.create_task(made.run())
    await made.is_known.wait()
    assert resyncs == []
    running.cancel()
    stream.may_look.set()
    await asyncio.gather(running, return_exceptions=True)
