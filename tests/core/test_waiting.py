"""Who is called out of the waiting room, by what, and in which order."""

import asyncio
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Any

import pytest

from events import queues, waiting
from events.message import Envelope
from events.queues import Place
from events.waiting import Hold, WaitingRoom, Wish

WISH = Wish(source_topics=("test.source", "entity.*"), target_topic="test.job")
IN_SEQUENCE = Wish(source_topics=("test.source",), target_topic="test.job", sequential=True)


def change(topic: str = "test.source", status: str = "finished", **facts: Any) -> Envelope:
    values = {"project": None, "user": None, "depends_on": None, "position": 1, "frame": "", **facts}
    return Envelope(id="0" * 32, topic=topic, status=status, **values)


@pytest.mark.parametrize(
    ("told", "anybody", "in_sequence"),
    [
        (change(), True, True),
        (change("entity.folder.created"), True, False),
        (change(status="pending"), False, False),
        (change(position=None), False, False),
        (change(is_deletion=True, position=None), False, False),
        (change("test.other"), False, False),
        (change("test.job", "failed"), True, True),
        (change("test.job", "restarted"), True, True),
        (change("test.job", "finished"), False, True),
        (change("test.job", "aborted"), False, True),
        (change("test.job", "in_progress"), False, False),
        (change("test.job", "failed", position=None), False, False),
        (change("test.job", "pending", position=None, is_deletion=True), True, True),
    ],
)
def test_what_may_mean_work(told: Envelope, anybody: bool, in_sequence: bool) -> None:
    assert (WISH.may_be_met_by(told), IN_SEQUENCE.may_be_met_by(told)) == (anybody, in_sequence)


def test_a_target_topic_does_not_feed_on_itself() -> None:
    assert not Wish(source_topics=("*",), target_topic="test.job").may_be_met_by(change("test.job"))


class Line:
    """A room with people in it, who are let in and out by hand."""

    def __init__(self) -> None:
        self.room = WaitingRoom()
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stay = ExitStack()

    def enter(self, wish: Wish = WISH, heard: int | None = None, seconds: float = 60.0) -> Place:
        heard = self.room.heard if heard is None else heard
        return self.stay.enter_context(self.room.place(Hold(wish=wish, until=time.monotonic() + seconds, heard=heard)))

    def called(self, *places: Place) -> list[bool]:
        return [not place.is_free for place in places]


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(queues, "FIRST_LOOK", 3600.0)
    monkeypatch.setattr(queues, "REST", 0.0)
    line = Line()
    with line.stay:
        yield line
    assert len(line.room) == 0


async def test_one_source_calls_one_of_many_the_first(line: Line) -> None:
    places = [line.enter() for _ in range(300)]
    line.room.tell(change())
    assert line.called(*places) == [True] + [False] * 299


async def test_as_many_are_called_as_there_are_messages_but_one_by_one_at_first(line: Line) -> None:
    places = [line.enter() for _ in range(20)]
    for _ in range(10):
        line.room.tell(change())
    served = 0
    widths = []
    while asking := [place for place in places[served:] if not place.is_free]:
        widths.append(len(asking))
        for place in asking[:1]:
            place.asked(found=served < 10)
            served += 1
        if served > 10:
            break
    assert widths[:3] == [1, 2, 4]
    assert max(widths) == queues.WIDTH
    # Ten found something; the one who asked in vain ended it, and those who were asking then are the last.
    assert sum(line.called(*places[served:])) == queues.WIDTH - 1


async def test_who_found_something_calls_the_next(line: Line) -> None:
    first, second, third = line.enter(), line.enter(), line.enter()
    line.room.tell(change())
    first.asked(found=True)
    assert line.called(second, third) == [True, False]
    second.asked(found=False)
    assert line.called(second, third) == [False, False]


async def test_who_asked_in_vain_is_the_first_again(line: Line) -> None:
    first, second = line.enter(), line.enter()
    for _ in range(2):
        line.room.tell(change())
        assert line.called(first, second) == [True, False]
        first.asked(found=False)
        await asyncio.sleep(0.001)  # the rest is over with the next turn of the loop


async def test_what_is_told_while_somebody_asks_is_asked_about_anew(line: Line) -> None:
    first, second = line.enter(), line.enter()
    line.room.tell(change())
    line.room.tell(change())
    first.asked(found=False)
    assert await first.called(line.gone)
    first.asked(found=False)
    await asyncio.sleep(0.001)
    assert line.called(first, second) == [False, False]


async def test_who_leaves_instead_of_asking_hands_the_call_on(line: Line) -> None:
    leaves = line.room.place(Hold(wish=WISH, until=time.monotonic() + 60, heard=0))
    with leaves:
        stays = line.enter()
        line.room.tell(change())
        assert line.called(stays) == [False]
    assert line.called(stays) == [True]


async def test_other_wishes_stand_in_other_lines(line: Line) -> None:
    other = Wish(source_topics=("test.other",), target_topic="test.job")
    mine, others = line.enter(), line.enter(other)
    line.room.tell(change("test.other"))
    assert line.called(mine, others) == [False, True]


async def test_what_was_told_before_the_place_was_taken_counts(line: Line) -> None:
    before = line.room.heard
    line.room.tell(change("test.other"))
    line.room.tell(change())
    after = line.room.heard
    assert line.called(line.enter(heard=after)) == [False]
    assert line.called(line.enter(IN_SEQUENCE, heard=before)) == [True]


async def test_who_has_missed_more_than_is_remembered_asks(line: Line) -> None:
    before = line.room.heard
    for _ in range(waiting.RECENT + 1):
        line.room.tell(change("test.other"))
    assert line.called(line.enter(heard=before)) == [True]


async def test_after_a_gap_every_line_has_a_look(line: Line) -> None:
    before = line.room.heard
    first, second, others = line.enter(), line.enter(), line.enter(IN_SEQUENCE)
    line.room.tell_of_gap()
    assert line.called(first, second, others) == [True, False, True]
    assert line.called(line.enter(Wish(source_topics=("a.b",), target_topic="test.c"), heard=before)) == [True]


async def test_a_line_has_a_look_now_and_then_without_any_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "FIRST_LOOK", 0.001)
    room = WaitingRoom()
    gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    with room.place(Hold(wish=WISH, until=time.monotonic() + 60, heard=0)) as place:
        for _ in range(3):
            assert await place.called(gone)
            place.asked(found=False)


async def test_the_time_ends(line: Line) -> None:
    assert await line.enter(seconds=0.0).called(line.gone) is False


async def test_a_client_that_goes_ends_it(line: Line) -> None:
    place = line.enter()
    asyncio.get_running_loop().call_soon(line.gone.set_result, None)
    assert await place.called(line.gone) is False


async def test_a_closed_room_sends_everybody_away(line: Line) -> None:
    waits, asks = line.enter(IN_SEQUENCE), line.enter()
    line.room.tell(change("entity.a"))
    line.room.close()
    asks.asked(found=False)
    late = line.enter()
    assert [await place.called(line.gone) for place in (waits, asks, late)] == [False, False, False]


async def test_a_full_room_lets_nobody_wait(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PLACES", 1)
    first, second = line.enter(), line.enter(IN_SEQUENCE)
    assert await second.called(line.gone) is False
    assert line.called(first) == [False]


def test_what_is_remembered_is_small() -> None:
    room = WaitingRoom()
    tracemalloc.start()
    try:
        for number in range(100):
            room.tell(change(frame=str(number) * 100_000))
        remembered, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert remembered < 10**6
