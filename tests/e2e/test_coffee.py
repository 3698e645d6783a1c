import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from websockets.sync.client import connect

from tests.e2e.server import KEY, ROOT, Server

SOURCE, TARGET = "entity.folder.status_changed", "example.brew_coffee_on_approve"


@contextmanager
def coffee_maker(server: Server, name: str) -> Iterator[subprocess.Popen[str]]:
    quick = {"POLL_SECONDS": "0.05", "BREW_SECONDS": "0"}
    process = subprocess.Popen(
        [sys.executable, "examples/coffee_maker.py"],
        cwd=ROOT,
        env=os.environ | quick | {"SERVER_URL": server.url, "API_KEY": KEY, "SERVICE_NAME": name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        assert "Traceback" not in output, output


def change_status(server: Server, number: int, status: str) -> str:
    event = {
        "topic": SOURCE,
        "project": "alpha",
        "user": f"artist{number % 5}",
        "payload": {"oldValue": "Pending review", "newValue": status},
    }
    answer = server.post("/api/events", event)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def await_finished(server: Server, count: int) -> None:
    """Follow the stream until so many coffees are brewed."""
    with connect(server.url.replace("http", "ws") + "/ws") as socket:
        socket.send(json.dumps({"topic": "auth", "token": KEY, "subscribe": [TARGET]}))
        socket.recv(timeout=60)  # the heartbeat that says: subscribed
        done = {str(job["id"]) for job in server.all_events(f"&topic={TARGET}&status=finished")}
        while len(done) < count:
            message = json.loads(socket.recv(timeout=60))
            if message["topic"] == TARGET and message["status"] == "finished":
                done.add(message["id"])


def test_two_coffee_makers_brew_every_approval_once(server: Server) -> None:
    wanted = [("Approved" if number % 2 else "On hold") for number in range(400)]
    with ThreadPoolExecutor(8) as clients:
        ids = list(clients.map(lambda each: change_status(server, *each), enumerate(wanted)))
    approved = {event_id for event_id, status in zip(ids, wanted, strict=True) if status == "Approved"}

    with coffee_maker(server, "kitchen"), coffee_maker(server, "lobby"):
        await_finished(server, 200)

    jobs = server.all_events(f"&topic={TARGET}")
    assert Counter(str(job["dependsOn"]) for job in jobs) == Counter(approved)
    assert {job["status"] for job in jobs} == {"finished"}
    assert {job["sender"] for job in jobs} == {"kitchen", "lobby"}
    assert {job["project"] for job in jobs} == {"alpha"}


def test_one_approval_brews_one_coffee(server: Server) -> None:
    with coffee_maker(server, "kitchen"), coffee_maker(server, "lobby"):
        done = subprocess.run(
            [sys.executable, "examples/approve_folder.py"],
            cwd=ROOT,
            env=os.environ | {"SERVER_URL": server.url, "API_KEY": KEY},
            check=False,
        )
        assert done.returncode == 0
        await_finished(server, 1)
    (job,) = server.all_events(f"&topic={TARGET}")
    assert (job["status"], str(job["description"])[-19:]) == ("finished", "brewed successfully")
