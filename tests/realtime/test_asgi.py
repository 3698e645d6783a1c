import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from asgiref.sync import sync_to_async
from channels.testing import ApplicationCommunicator, HttpCommunicator
from django.contrib.staticfiles import finders
from django.db import connections

from ayonevents.asgi import application
from ayonevents.lifespan import Lifespan
from events import adispatch_event, bus, conf
from tests.realtime.sockets import Socket

STYLE = "admin/css/base.css"


async def ask(method: str, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()
    ]
    client = HttpCommunicator(application, method, f"/static/{path}", headers=sent)
    answer: Any = await client.get_response()
    await client.wait()
    return (
        answer["status"],
        {name.decode().lower(): value.decode() for name, value in answer["headers"]},
        answer["body"],
    )


def content_of(file: str) -> bytes:
    return Path(str(finders.find(file))).read_bytes()


async def test_the_applications_files_are_served_from_where_they_lie() -> None:
    status, headers, body = await ask("GET", STYLE)
    assert (status, body) == (200, content_of(STYLE))
    assert headers["content-type"] == 'text/css; charset="utf-8"'
    assert headers["cache-control"] == "max-age=60, public"
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


async def test_a_file_that_the_browser_has_is_not_sent_again() -> None:
    _, first, _ = await ask("GET", STYLE)
    status, headers, body = await ask("GET", STYLE, if_none_match=first["etag"])
    assert (status, headers["etag"], body) == (304, first["etag"], b"")


async def test_of_a_file_the_head_alone_can_be_had() -> None:
    status, headers, body = await ask("HEAD", STYLE)
    assert (status, int(headers["content-length"]) > 1000, body) == (200, True, b"")


async def test_a_file_cannot_be_written() -> None:
    assert (await ask("POST", STYLE))[0] == 405


@pytest.mark.parametrize("path", ["no.css", "", "admin", "admin/css/", "admin/../../manage.py", "/etc/passwd", "%00"])
async def test_what_is_no_file_is_not_found(path: str) -> None:
    assert (await ask("GET", path))[0] == 404


def life_of(threads: ThreadPoolExecutor) -> Any:
    """Return a server's side of the lifespan, with these threads for its requests."""
    communicator: Any = ApplicationCommunicator
    return communicator(Lifespan(threads), {"type": "lifespan"})


@pytest.mark.django_db(transaction=True)
async def test_the_bus_follows_the_server_through_its_life(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    start, stop = Mock(wraps=bus.start), Mock(wraps=bus.stop)
    monkeypatch.setattr(bus, "start", start)
    monkeypatch.setattr(bus, "stop", stop)
    server = life_of(ThreadPoolExecutor(conf.threads()))
    await server.send_input({"type": "lifespan.startup"})
    assert await server.receive_output() == {"type": "lifespan.startup.complete"}
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        await adispatch_event("log.info")
        await adispatch_event("log.error")
        assert [(await socket.event())["topic"] for _ in range(2)] == ["log.info", "log.error"]
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output(timeout=30) == {"type": "lifespan.shutdown.complete"}
    assert (start.called, stop.call_count) == (True, 1)
    await server.wait()


def connect() -> object:
    """Return this thread's connection to the database, opened."""
    connections["default"].ensure_connection()
    return connections["default"]


@pytest.mark.django_db(transaction=True)
async def test_a_stop_ends_the_threads_and_their_connections() -> None:
    threads = ThreadPoolExecutor(conf.threads())
    opened: list[Any] = [await asyncio.wrap_future(threads.submit(connect)) for _ in range(3)]
    opened.append(await sync_to_async(connect)())
    server = life_of(threads)
    await server.send_input({"type": "lifespan.shutdown"})
    assert await server.receive_output(timeout=30) == {"type": "lifespan.shutdown.complete"}
    assert [each.connection for each in opened] == [None] * 4
    with pytest.raises(RuntimeError, match="after shutdown"):
        threads.submit(connect)
    await server.wait()
