import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from ayonevents.handler import ThreadedHandler
from ayonevents.threads import Busy, Threads


@pytest.fixture(autouse=True)
def one_thread(settings: Any) -> None:
    settings.EVENTS_THREADS = 1
    settings.EVENTS_QUEUE_SECONDS = 0.05


@pytest.fixture
def stuck() -> Iterator[threading.Event]:
    """What ends the work that a thread is stuck with."""
    over = threading.Event()
    yield over
    over.set()


async def begun(threads: Threads, stuck: threading.Event) -> "asyncio.Task[bool]":
    """Keep the thread busy."""
    task = asyncio.create_task(threads.run(lambda: stuck.wait(30)))
    await asyncio.sleep(0)
    return task


async def test_work_that_finds_no_thread_in_time_is_refused_and_never_done(
    stuck: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []
    with Threads() as threads:
        first = await begun(threads, stuck)
        for number in range(3):
            with pytest.raises(Busy):
                await threads.run(partial(done.append, number))
        stuck.set()
        assert await first is True  # however long it takes, what was begun is finished
        assert await threads.run(lambda: "free") == "free"
    assert done == []
    assert [record.getMessage() for record in caplog.records] == ["No thread was free for 0 s: requests are refused"]


async def test_who_waits_may_be_cancelled_all_the_same(stuck: threading.Event, settings: Any) -> None:
    settings.EVENTS_QUEUE_SECONDS = 30.0
    with Threads() as threads:
        first = await begun(threads, stuck)
        second = asyncio.ensure_future(threads.run(lambda: None))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        stuck.set()
        await first


async def refused(stuck: threading.Event, *headers: tuple[bytes, bytes]) -> tuple[int, dict[str, str], bytes]:
    """Return the status, headers and body that a request gets that finds no thread."""
    handler = ThreadedHandler()
    first = await begun(handler.threads, stuck)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await handler({"type": "http", "method": "GET", "path": "/api/info", "headers": list(headers)}, receive, send)
    stuck.set()
    await first
    handler.threads.shutdown()
    told = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"]


async def test_a_refused_request_is_told_to_come_again(stuck: threading.Event) -> None:
    status, headers, body = await refused(stuck, (b"x-request-id", b"mine"))
    assert (status, headers["retry-after"], headers["x-request-id"]) == (503, "1", "mine")
    assert body == b'{"code": 503, "detail": "The server is busy"}'


async def test_a_refused_browser_is_told_so_on_a_page(stuck: threading.Event) -> None:
    status, headers, body = await refused(stuck, (b"accept", b"text/html,application/xhtml+xml,*/*;q=0.8"))
    assert (status, headers["retry-after"], headers["content-type"].split(";")[0]) == (503, "1", "text/html")
    assert "<h1>The server is busy</h1>" in body.decode()
