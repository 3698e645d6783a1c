"""What the threads of requests publish goes along with their results, which wakes the loop once."""

import asyncio
import threading
from collections.abc import AsyncIterator
from functools import partial

import pytest
from django.db import connections

from ayonevents.threads import Threads
from events import bus, dispatch_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def threads() -> AsyncIterator[Threads]:
    await bus.start()
    with Threads() as threads:
        yield threads
        await threads.run(connections.close_all)
    await bus.stop()


async def test_what_work_publishes_is_told_with_its_result(threads: Threads) -> None:
    told: list[str] = []
    stop_listening = bus.listen(lambda envelope: told.append(envelope.topic))
    await threads.run(partial(dispatch_event, "test.notice", store=False))
    assert told == ["test.notice"]
    stop_listening()


async def test_what_failing_work_has_published_is_told_all_the_same(threads: Threads) -> None:
    told: list[str] = []
    stop_listening = bus.listen(lambda envelope: told.append(envelope.topic))

    def publish_and_fail() -> None:
        dispatch_event("test.notice", store=False)
        raise ValueError("afterwards")

    with pytest.raises(ValueError, match="afterwards"):
        await threads.run(publish_and_fail)
    assert told == ["test.notice"]
    stop_listening()


async def test_work_that_publishes_much_does_not_keep_it_to_its_end(threads: Threads) -> None:
    heard, over = asyncio.Event(), threading.Event()
    stop_listening = bus.listen(lambda _: heard.set())

    def publish_and_go_on() -> bool:
        for _ in range(bus.AT_ONCE + 1):
            dispatch_event("test.notice", store=False)
        return over.wait(30)

    work = asyncio.create_task(threads.run(publish_and_go_on))
    await heard.wait()
    assert not work.done()
    over.set()
    assert await work is True
    stop_listening()
