"""Workers that wait, on one server and on two of them."""

import asyncio
import itertools
import json
import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import psutil
import pytest

from tests.conftest import POSTGRES
from tests.e2e.server import KEY, Server

Servers = tuple[Server, Server]


class Answer(NamedTuple):
    status: int
    body: Any


class Call:
    """One request with a connection of its own, which can be dropped in the middle."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def enroll(cls, server: Server, topic: str, **body: Any) -> Self:
        address = urlsplit(server.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        content = json.dumps({"sourceTopic": topic, "targetTopic": f"{topic}.job", "wait": 60} | body).encode()
        head = f"POST /api/enroll HTTP/1.1\r\nHost: {address.netloc}\r\nX-Api-Key: {KEY}\r\nConnection: close\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        await writer.drain()
        return cls(reader, writer)

    async def answer(self) -> Answer:
        async with asyncio.timeout(60):
            head, _, body = (await self.reader.read()).partition(b"\r\n\r\n")
        self.writer.close()
        return Answer(int(head.split()[1]), json.loads(body) if body else None)

    async def hang_up(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Two processes of one installation; on SQLite there is one, which is both."""
    folder = tmp_path_factory.mktemp("servers")
    with Server(folder / "one") as server:
        if not POSTGRES:
            yield server, server
            return
        with Server(folder / "two", server) as other:
            yield server, other


@pytest.fixture
def topic() -> str:
    """A topic of the test's own."""
    return f"test.source{next(numbers)}"


numbers = itertools.count()


def dispatch(server: Server, topic: str, count: int = 1) -> list[str]:
    events = [{"topic": topic}] * count
    return [each["id"] for each in server.post("/api/events/batch", {"events": events}).json()["results"]]


async def test_a_job_is_answered_as_soon_as_another_process_has_committed_it(servers: Servers, topic: str) -> None:
    here, there = servers
    call = await Call.enroll(there, topic, sender="a")
    (source,) = await asyncio.to_thread(dispatch, here, topic)
    answer = await call.answer()
    assert (answer.status, answer.body["dependsOn"], answer.body["status"]) == (200, source, "pending")


async def test_without_work_the_answer_comes_when_the_time_is_over(servers: Servers, topic: str) -> None:
    call = await Call.enroll(servers[0], topic, sender="a", wait=0.3)
    assert await call.answer() == Answer(204, None)


async def test_three_hundred_wait_and_each_job_goes_to_one(servers: Servers, topic: str) -> None:
    calls = [await Call.enroll(servers[number % 2], topic, sender=f"w{number}") for number in range(300)]
    threads = [psutil.Process(server.process.pid).num_threads() for server in servers]
    sources = await asyncio.to_thread(dispatch, servers[0], topic, 250)
    sources += [(await asyncio.to_thread(dispatch, servers[1], topic))[0] for _ in range(50)]
    answers = await asyncio.gather(*(call.answer() for call in calls))
    assert Counter(answer.status for answer in answers) == {200: 300}
    assert Counter(answer.body["dependsOn"] for answer in answers) == Counter(sources)
    assert max(threads) < 50


async def test_who_hangs_up_takes_no_job_along(servers: Servers, topic: str) -> None:
    calls = [await Call.enroll(servers[number % 2], topic, sender=f"gone{number}") for number in range(20)]
    stays = await Call.enroll(servers[1], topic, sender="stays")
    for call in calls:
        await call.hang_up()
    (source,) = await asyncio.to_thread(dispatch, servers[0], topic)
    answer = await stays.answer()
    assert (answer.status, answer.body["dependsOn"]) == (200, source)


async def test_in_sequence_the_next_job_comes_when_the_one_before_is_done(servers: Servers, topic: str) -> None:
    here, there = servers
    first, second = dispatch(here, topic, 2)
    job = (await (await Call.enroll(here, topic, sender="a", sequential=True)).answer()).body
    assert job["dependsOn"] == first
    call = await Call.enroll(there, topic, sender="b", sequential=True)
    done = here.session.patch(f"{here.url}/api/events/{job['id']}", json={"status": "finished"}, timeout=30)
    assert done.status_code == 204
    assert (await call.answer()).body["dependsOn"] == second


@pytest.mark.parametrize("how", ["failed", "restarted", "deleted"])
async def test_a_job_that_gets_free_is_handed_to_who_waits(servers: Servers, topic: str, how: str) -> None:
    here, there = servers
    (source,) = dispatch(here, topic)
    job = (await (await Call.enroll(here, topic, sender="a")).answer()).body
    call = await Call.enroll(there, topic, sender="b")
    path = f"{here.url}/api/events/{job['id']}"
    if how == "deleted":
        assert here.session.delete(path, timeout=30).status_code == 204
    else:
        assert here.session.patch(path, json={"status": how}, timeout=30).status_code == 204
    assert (await call.answer()).body["dependsOn"] == source


async def test_a_server_that_stops_answers_who_waits(server: Server, topic: str) -> None:
    calls = [await Call.enroll(server, topic, sender=f"w{number}") for number in range(20)]
    assert server.get("/api/info").status_code == 200  # what was sent before has been read before
    stopped = asyncio.create_task(asyncio.to_thread(server.stop, signal.SIGTERM))
    answers = await asyncio.gather(*(call.answer() for call in calls))
    assert Counter(answers) == {Answer(204, None): 20}
    await stopped
    assert "Traceback" not in "".join(server.output)
