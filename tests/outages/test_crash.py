"""A server that is killed between what it did and its answer."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Self
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from tests.conftest import POSTGRES
from tests.e2e.server import KEY, Server


class Swallower:
    """Passes one request on; when the answer comes, it calls ``on_answer`` and hangs up on both."""

    def __init__(self, url: str, on_answer: Callable[[], object]) -> None:
        self._server = (str(urlsplit(url).hostname), int(urlsplit(url).port or 0))
        self._on_answer = on_answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._listener.close()

    def _serve(self) -> None:
        client, _ = self._listener.accept()
        with client, socket.create_connection(self._server) as server:
            forward = threading.Thread(target=_pump, args=(client, server))
            forward.start()
            server.recv(1)
            self._on_answer()
            client.shutdown(socket.SHUT_RDWR)
            forward.join(30)


def _pump(source: socket.socket, target: socket.socket) -> None:
    while data := source.recv(65536):
        target.sendall(data)


def ask_and_kill(server: Server, method: str, path: str, body: dict[str, object]) -> None:
    """Send a request, kill the server when it has done what was asked, and start it again."""
    with (
        Swallower(server.url, lambda: server.stop(signal.SIGKILL)) as swallower,
        pytest.raises(requests.ConnectionError),
    ):
        requests.request(method, swallower.url + path, json=body, headers={"X-Api-Key": KEY}, timeout=30)
    server.start()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("crash") / "data") as running:
        yield running


def two_sources(server: Server, topic: str) -> tuple[list[str], dict[str, object]]:
    """Return the ids of two sources, the older one first, and how a worker asks for them."""
    sources = [server.post("/api/events", {"topic": f"{topic}.source"}).json()["id"] for _ in range(2)]
    return sources, {"sourceTopic": f"{topic}.source", "targetTopic": f"{topic}.job", "sender": "worker"}


def test_a_job_that_was_claimed_without_an_answer_is_its_senders(server: Server) -> None:
    sources, enroll = two_sources(server, "claimed")
    ask_and_kill(server, "POST", "/api/enroll", enroll)
    [claimed] = server.all_events("&topic=claimed.job")
    jobs = [server.post("/api/enroll", {**enroll, "sender": sender}).json() for sender in ("other", "worker")]
    assert [job["dependsOn"] for job in jobs] == [sources[1], sources[0]]
    assert jobs[1]["id"] == claimed["id"]
    assert len(server.all_events("&topic=claimed.job")) == 2


def test_an_event_that_was_stored_without_an_answer_is_stored_once(server: Server) -> None:
    event: dict[str, object] = {"topic": "stored.leech", "hash": "ftrack-1"}
    ask_and_kill(server, "POST", "/api/events", event)
    again = server.post("/api/events", event)
    [stored] = server.all_events("&topic=stored.leech")
    assert (again.status_code, again.json()["id"]) == (409, stored["id"])


def test_a_change_that_was_made_without_an_answer_can_be_made_again(server: Server) -> None:
    sources, enroll = two_sources(server, "changed")
    path = f"/api/events/{server.post('/api/enroll', enroll).json()['id']}"
    ask_and_kill(server, "PATCH", path, {"status": "finished"})
    assert server.get(path).json()["status"] == "finished"
    assert server.session.patch(server.url + path, json={"status": "finished"}, timeout=30).status_code == 204
    assert server.post("/api/enroll", enroll).json()["dependsOn"] == sources[1]


@pytest.mark.skipif(not POSTGRES, reason="needs a statement that takes its time")
def test_a_claim_that_was_not_committed_leaves_its_source_free(server: Server) -> None:
    sources, enroll = two_sources(server, "lost")
    with psycopg.connect(server.environment["DATABASE_URL"], autocommit=True) as database:
        database.execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'"
        )
        database.execute(
            "CREATE TRIGGER dawdle AFTER INSERT ON events_event FOR EACH ROW"
            " WHEN (NEW.topic = 'lost.job') EXECUTE FUNCTION dawdle()"
        )
        poll = threading.Thread(target=poll_in_vain, args=(server.url, enroll))
        poll.start()
        backend = the_one_that_sleeps(database)
        server.stop(signal.SIGKILL)
        poll.join(30)
        database.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])
        database.execute("DROP TRIGGER dawdle ON events_event")
    server.start()
    assert server.all_events("&topic=lost.job") == []
    assert server.post("/api/enroll", {**enroll, "sender": "other"}).json()["dependsOn"] == sources[0]
    assert server.post("/api/enroll", enroll).json()["dependsOn"] == sources[1]


def poll_in_vain(url: str, enroll: dict[str, object]) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{url}/api/enroll", json=enroll, headers={"X-Api-Key": KEY}, timeout=60)


def the_one_that_sleeps(database: psycopg.Connection) -> int:
    """Wait until a transaction sleeps in the trigger; return its process."""
    while True:
        sleeping = database.execute(
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        ).fetchone()
        if sleeping:
            pid: int = sleeping[0]
            return pid
