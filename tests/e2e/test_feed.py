"""The live feed of an installation of two server processes; on SQLite there is one, which is both."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.conftest import POSTGRES
from tests.e2e.server import KEY, Server

TOPIC = "test.feed"
COUNT = 50


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[tuple[Server, Server]]:
    with ExitStack() as running:
        here = running.enter_context(Server(tmp_path / "here"))
        there = running.enter_context(Server(tmp_path / "there", here)) if POSTGRES else here
        yield here, there


@contextmanager
def listening(server: Server) -> Iterator[ClientConnection]:
    with connect(server.url.replace("http", "ws") + "/ws") as socket:
        socket.send(json.dumps({"topic": "auth", "token": KEY, "subscribe": [TOPIC]}))
        socket.recv(timeout=60)  # the heartbeat that says: subscribed
        yield socket


def heard(socket: ClientConnection, count: int) -> list[tuple[str, str]]:
    """Return the id and status of each message, until so many events are told to be finished."""
    messages: list[tuple[str, str]] = []
    while sum(status == "finished" for _, status in messages) < count:
        message = json.loads(socket.recv(timeout=60))
        if message["topic"] == TOPIC:
            messages.append((message["id"], message["status"]))
    return messages


def work(server: Server) -> str:
    """Dispatch an event and finish it; return its id."""
    event_id = str(server.post("/api/events", {"topic": TOPIC, "finished": False}).json()["id"])
    finished = server.session.patch(f"{server.url}/api/events/{event_id}", json={"status": "finished"}, timeout=30)
    assert finished.status_code == 204
    return event_id


def test_every_socket_hears_what_happens_at_either_server_once(servers: tuple[Server, Server]) -> None:
    with ExitStack() as listeners:
        sockets = [listeners.enter_context(listening(server)) for server in (*servers, *servers)]
        with ThreadPoolExecutor(2) as workers:
            ids = list(workers.map(work, [servers[number % 2] for number in range(COUNT)]))
        for socket in sockets:
            told = heard(socket, COUNT)
            assert sorted(event_id for event_id, status in told if status == "finished") == sorted(ids)
            begun = [event_id for event_id, status in told if status == "pending"]
            assert len(begun) == len(set(begun))
            assert all(told.index((each, "pending")) < told.index((each, "finished")) for each in begun)


def test_a_restart_that_is_asked_of_one_server_restarts_both(servers: tuple[Server, Server]) -> None:
    assert servers[0].post("/api/system/restart", {}).status_code == 204
    for server in dict.fromkeys(servers):
        server.await_ready()
        assert "Starting anew …\n" in server.output
    event_id = work(servers[0])
    assert servers[1].get(f"/api/events/{event_id}").json()["status"] == "finished"
