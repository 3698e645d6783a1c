"""Answers that are held back, and answers that nobody is there to get."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse

from ayonevents.longpoll import LongPolls
from ayonevents.threads import Busy, Threads
from events import queues
from events.waiting import Hold, Wish, room


class Answer(HttpResponse):
    hold: Hold | None = None
    give_back: Callable[[], None] | None = None


def nothing(seconds: float = 60.0) -> Answer:
    answer = Answer(status=204)
    wish = Wish(source_topics=("test.source",), target_topic="test.job")
    answer.hold = Hold(wish=wish, until=time.monotonic() + seconds, heard=room.heard)
    return answer


@pytest.fixture
def polls(monkeypatch: pytest.MonkeyPatch) -> Iterator[LongPolls]:
    monkeypatch.setattr(queues, "FIRST_LOOK", 0.001)
    with Threads() as threads:
        yield LongPolls(threads, at_a_time=1)


async def stays() -> Any:
    return await asyncio.get_running_loop().create_future()


async def is_gone() -> Any:
    return {"type": "http.disconnect"}


async def test_an_answer_that_says_nothing_of_waiting_is_passed_on(polls: LongPolls) -> None:
    plain = HttpResponse()
    assert await polls.answer(lambda: plain, stays) is plain


async def test_who_waits_is_asked_for_again_until_there_is_something(polls: LongPolls) -> None:
    job = Answer()
    left: list[Answer] = [nothing(), nothing(), job]
    assert await polls.answer(lambda: left.pop(0), stays) is job
    assert left == []
    assert len(room) == 0


async def test_a_refusal_ends_the_wait(polls: LongPolls) -> None:
    left: list[HttpResponse] = [nothing(), HttpResponse(status=401)]
    assert (await polls.answer(lambda: left.pop(0), stays)).status_code == 401


async def test_when_the_time_is_over_the_last_answer_counts(polls: LongPolls) -> None:
    only = nothing(seconds=0.0)
    assert await polls.answer(lambda: only, stays) is only


async def test_a_client_that_is_gone_frees_its_place(polls: LongPolls) -> None:
    asked: list[Answer] = []

    def respond() -> Answer:
        asked.append(nothing())
        return asked[-1]

    assert await polls.answer(respond, is_gone) is asked[0]
    assert (len(asked), len(room)) == (1, 0)


async def is_just_going() -> Any:
    for _ in range(3):  # the turns that the event loop takes from the end of a connection to this
        await asyncio.sleep(0)
    return {"type": "http.disconnect"}


@pytest.mark.parametrize(("receive", "taken_back"), [(is_gone, 1), (is_just_going, 1), (stays, 0)])
async def test_what_cannot_be_delivered_is_given_back(polls: LongPolls, receive: Any, taken_back: int) -> None:
    calls: list[str] = []
    job = Answer()
    job.give_back = lambda: calls.append("given back")
    await polls.answer(lambda: job, receive)
    assert len(calls) == taken_back


async def test_who_goes_while_the_database_is_asked_takes_nothing_along(polls: LongPolls) -> None:
    gone: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
    loop = asyncio.get_running_loop()
    calls: list[str] = []
    job = Answer()
    job.give_back = lambda: calls.append("given back")
    left = [nothing(), job]

    def respond() -> Answer:
        if len(left) == 1:
            loop.call_soon_threadsafe(gone.set_result, {"type": "http.disconnect"})
        return left.pop(0)

    async def receive() -> Any:
        return await gone

    assert await polls.answer(respond, receive) is job
    assert calls == ["given back"]


async def test_a_job_that_cannot_be_given_back_is_reported(polls: LongPolls, caplog: pytest.LogCaptureFixture) -> None:
    def give_back() -> None:
        raise OperationalError("away")

    job = Answer()
    job.give_back = give_back
    assert await polls.answer(lambda: job, is_gone) is job
    assert caplog.messages == ["A job that could not be delivered was not given back"]


async def test_who_finds_no_free_thread_goes_on_waiting(polls: LongPolls, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Answer()
    left: list[Answer | None] = [nothing(), None, job]

    async def run(_threads: Threads, _respond: Callable[[], HttpResponse]) -> HttpResponse:
        if (answer := left.pop(0)) is None:
            raise Busy
        return answer

    monkeypatch.setattr(Threads, "run", run)
    assert await polls.answer(Answer, stays) is job
