import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "http://127.0.0.1:1"
JOB = {"id": "b" * 32, "dependsOn": "a" * 32, "hash": "h", "status": "pending"}


class Scripted(ThreadingHTTPServer):
    """Answers what it was told to, and remembers what it was asked; with nothing left to say, 204."""

    def __init__(self, answers: list[tuple[int, object]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[str, str, Any]] = []
        self.idle = threading.Event()
        """Set when it is asked and has nothing left to say."""
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        server = self.server
        assert isinstance(server, Scripted)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not server.answers:
            server.idle.set()
        status, content = server.answers.pop(0) if server.answers else (204, None)
        if not server.idle.is_set():
            server.asked.append((str(self.command), self.path, json.loads(body) if body else None))
        self.send_response(status)
        encoded = json.dumps(content).encode() if content is not None else b""
        self.send_header("Content-Length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_POST = do_PATCH = answer  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def scripted(request: pytest.FixtureRequest) -> Iterator[Scripted]:
    with Scripted(list(request.param)) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment(url: str, key: str = "any") -> dict[str, str]:
    return os.environ | {"SERVER_URL": url, "API_KEY": key, "POLL_SECONDS": "0.01", "BREW_SECONDS": "0"}


def run(program: str, url: str, *arguments: str, key: str = "any") -> tuple[int, str, str]:
    """Return exit code, output and errors."""
    command = [sys.executable, f"examples/{program}.py", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(url, key), capture_output=True, text=True, timeout=90, check=False
    )
    return done.returncode, done.stdout, done.stderr


def coffee_maker(server: Scripted, how_to_stop: signal.Signals) -> tuple[int, str, str]:
    return run_until_idle(server, how_to_stop, "coffee_maker")


def run_until_idle(
    server: Scripted, how_to_stop: signal.Signals, program: str, *arguments: str
) -> tuple[int, str, str]:
    """Run it until the server has said everything; return exit code, output and errors."""
    process = subprocess.Popen(
        [sys.executable, f"examples/{program}.py", *arguments],
        cwd=ROOT,
        env=environment(server.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.idle.wait(30)
    finally:
        process.send_signal(how_to_stop)
        output, errors = process.communicate(timeout=30)
    return process.returncode, output, errors


one_job = pytest.mark.parametrize(
    "scripted", [[(200, JOB), (200, {"project": "alpha", "user": "mara"}), (204, None), (204, None)]], indirect=True
)


@one_job
@pytest.mark.parametrize("how_to_stop", [signal.SIGINT, signal.SIGTERM])
def test_the_coffee_maker_brews_and_stops_without_a_traceback(scripted: Scripted, how_to_stop: signal.Signals) -> None:
    assert coffee_maker(scripted, how_to_stop) == (0, "Brewing coffee for mara...\n", "")


@one_job
def test_the_coffee_maker_enrolls_gets_and_reports_as_the_specification_says(scripted: Scripted) -> None:
    coffee_maker(scripted, signal.SIGTERM)
    enroll = {
        "sourceTopic": "entity.folder.status_changed",
        "targetTopic": "example.brew_coffee_on_approve",
        "sender": "coffee-maker",
        "description": "Preparing to brew coffee on folder approval",
        "filter": {"conditions": [{"key": "payload/newValue", "value": "Approved"}]},
    }
    begun = {"status": "in_progress", "description": "Brewing coffee for mara...", "project": "alpha"}
    done = {"status": "finished", "description": "Coffee for mara brewed successfully"}
    assert scripted.asked == [
        ("POST", "/api/enroll", enroll),
        ("GET", f"/api/events/{JOB['dependsOn']}", None),
        ("PATCH", f"/api/events/{JOB['id']}", begun),
        ("PATCH", f"/api/events/{JOB['id']}", done),
    ]


@pytest.mark.parametrize("scripted", [[(503, {"code": 503, "detail": "busy"}), (204, None)]], indirect=True)
def test_the_coffee_maker_goes_on_after_a_refusal(scripted: Scripted) -> None:
    code, output, errors = coffee_maker(scripted, signal.SIGTERM)
    assert (code, errors) == (0, "")
    assert output == f"503 Server Error: Service Unavailable for url: {scripted.url}/api/enroll\n"


@pytest.mark.parametrize("program", ["coffee_maker", "worker", "approve_folder"])
def test_without_a_key_an_example_asks_for_one(program: str) -> None:
    sentence = "Set API_KEY to the key of a service; the server shows one when it starts.\n"
    assert run(program, NOBODY, key="") == (1, "", sentence)


@pytest.mark.parametrize("scripted", [[(200, {"id": "c" * 32})]], indirect=True)
def test_approving_prints_the_id_and_a_sentence(scripted: Scripted) -> None:
    arguments = ("--project", "alpha", "--folder", "sh010", "--user", "tom")
    told = f"{'c' * 32}\ntom set folder sh010 of alpha to Approved.\n"
    assert run("approve_folder", scripted.url, *arguments) == (0, told, "")
    ((method, path, event),) = scripted.asked
    assert (method, path, event["topic"]) == ("POST", "/api/events", "entity.folder.status_changed")
    assert event["payload"] == {"oldValue": "Pending review", "newValue": "Approved"}
    assert (event["project"], event["user"], event["summary"]["name"]) == ("alpha", "tom", "sh010")


def test_approving_without_a_server_is_one_sentence() -> None:
    sentence = f"No event server answers at {NOBODY}: start it, or set SERVER_URL.\n"
    assert run("approve_folder", NOBODY) == (1, "", sentence)


@pytest.mark.parametrize("scripted", [[(401, {"code": 401, "detail": "Invalid API key"})]], indirect=True)
def test_approving_with_an_unknown_key_is_one_sentence(scripted: Scripted) -> None:
    sentence = f"The event server at {scripted.url} does not know the key in API_KEY.\n"
    assert run("approve_folder", scripted.url) == (1, "", sentence)


@pytest.mark.parametrize("scripted", [[(403, {"code": 403, "detail": "Not allowed"})]], indirect=True)
def test_approving_what_the_server_refuses_is_one_sentence(scripted: Scripted) -> None:
    sentence = f"The event server at {scripted.url} refused the event: Not allowed\n"
    assert run("approve_folder", scripted.url) == (1, "", sentence)


SOURCE = {"id": "a" * 32, "topic": "shot.approved", "description": "Take 3", "user": "mara"}


@pytest.mark.parametrize(
    ("scripted", "printed", "outcome"),
    [
        (
            [(200, JOB | {"sourceEvent": SOURCE}), (204, None), (204, None), (204, None)],
            f"shot.approved {'a' * 32}: Take 3\n",
            {"status": "finished", "description": "Did what mara asked for"},
        ),
        (
            [(200, JOB | {"sourceEvent": {}}), (204, None), (204, None), (204, None)],
            "",
            {"status": "failed", "description": "KeyError: 'topic'"},
        ),
    ],
    ids=["done", "failed"],
    indirect=["scripted"],
)
def test_the_worker_waits_works_and_reports(scripted: Scripted, printed: str, outcome: dict[str, str]) -> None:
    code, output, errors = run_until_idle(scripted, signal.SIGTERM, "worker", "shot.approved", "example.render")
    assert (code, output, errors) == (0, printed, "")
    wanted = {
        "sourceTopic": "shot.approved",
        "targetTopic": "example.render",
        "sender": "worker",
        "wait": 30,
        "include": ["sourceEvent"],
    }
    assert scripted.asked[:3] == [
        ("POST", "/api/enroll", wanted),
        ("PATCH", f"/api/events/{JOB['id']}", {"status": "in_progress"}),
        ("PATCH", f"/api/events/{JOB['id']}", outcome),
    ]


def test_the_worker_asks_what_to_work_on() -> None:
    assert run("worker", NOBODY) == (1, "", "Say what to work on: worker.py SOURCE_TOPIC TARGET_TOPIC\n")
