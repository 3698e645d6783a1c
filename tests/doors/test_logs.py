"""No key, token or password is in the log, whoever logs, and however much."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
import requests
from django.test import Client
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from ayonevents.logs import SERVER_LOGS, SecretsFilter
from events import accounts
from events.models import Event
from events.redaction import MASK
from tests.api.calls import post
from tests.conftest import Roles
from tests.e2e.server import ROOT, Server

SECRET = "hush-9f2c-hush"


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What the handler of the settings writes."""
    root = logging.getLogger()
    (console,) = (each for each in root.handlers if each.name == "console")
    assert isinstance(console, logging.StreamHandler)
    stream = StringIO()
    written = console.setStream(stream)
    yield stream
    console.setStream(written)


def test_an_argument_and_the_name_before_it_are_one_text(lines: StringIO) -> None:
    logging.getLogger("somebody").warning("token=%s of %s", SECRET, "bob")
    logging.getLogger("somebody").warning("sent %s", {"Authorization": f"Bearer {SECRET}"})
    assert [line.partition("somebody: ")[2] for line in lines.getvalue().splitlines()] == [
        f"token={MASK} of bob",
        f"sent {{'Authorization': '{MASK}'}}",
    ]


def test_a_traceback_with_headers_is_masked(lines: StringIO) -> None:
    def ask(headers: dict[str, str]) -> None:
        raise RuntimeError(f"cannot ask with {headers}, nor at redis://:{SECRET}@localhost")

    try:
        ask({"X-Api-Key": SECRET})
    except RuntimeError:
        logging.getLogger("somebody").exception("failed", stack_info=True)
    assert "RuntimeError: cannot ask with" in lines.getvalue()
    assert SECRET not in lines.getvalue()


@pytest.mark.parametrize("parameter", ["token", "%74oken", "%74%6F%6b%65%6e"])
@pytest.mark.parametrize("name", SERVER_LOGS)
def test_the_access_log_of_another_server_keeps_its_form_without_the_token(name: str, parameter: str) -> None:
    import_module("ayonevents.asgi")
    assert any(isinstance(each, SecretsFilter) for each in logging.getLogger(name).filters)
    arguments = ("127.0.0.1:5", "GET", f"/api/users/me?{parameter}={SECRET}", "1.1", 200)
    record = logging.LogRecord(name, logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', arguments, None)
    assert logging.getLogger(name).filter(record)
    assert record.getMessage() == f'127.0.0.1:5 - "GET /api/users/me?{parameter}={MASK} HTTP/1.1" 200'
    assert isinstance(record.args, tuple)
    assert len(record.args) == 5


def test_no_credential_is_logged_or_stored(people: Roles, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = accounts.issue_key(people["service"], "right")
    people["artist"].set_password(SECRET)
    people["artist"].save()
    assert post(Client(), "/api/auth/login", {"name": "guest", "password": SECRET})[0] == 403
    _, answer = post(Client(), "/api/auth/login", {"name": "artist", "password": SECRET})
    token = answer["token"]
    Client(headers={"X-Api-Key": key}).get("/api/events")
    Client(headers={"X-Api-Key": SECRET}).get("/api/events")
    Client(headers={"Authorization": f"Bearer {token}"}).get("/api/users/me")
    Client().get("/api/users/me", {"token": token})
    Client(headers={"Authorization": f"Bearer {token}"}).post("/api/auth/logout")
    stored = str(list(Event.objects.values()))
    for secret in (key, token, SECRET):
        assert secret not in caplog.text
        assert secret not in stored


def test_a_server_that_logs_everything_logs_no_secret(tmp_path: Path) -> None:
    """``manage.py serve`` tells of no request; uvicorn by itself tells of each, with all that is said on sockets."""
    with Server(tmp_path) as server:
        login = {"name": "admin", "password": server.environment["ADMIN_PASSWORD"]}
        token = server.post("/api/auth/login", login).json()["token"]
        server.stop()
        with _uvicorn(server.environment) as (url, output):
            wrong = "f" * 32
            for headers in ({"X-Api-Key": wrong}, {"Authorization": f"ApiKey {wrong}"}):
                assert requests.get(f"{url}/api/events", headers=headers, timeout=30).status_code == 401
            assert requests.get(f"{url}/api/users/me?token={token}", timeout=30).status_code == 200
            for secret in (token, wrong):
                with connect(f"{url.replace('http', 'ws')}/ws?token={token}") as socket:
                    socket.send(f'{{"topic": "auth", "token": "{secret}"}}')
                    with suppress(ConnectionClosed):  # what the wrong one gets
                        socket.recv(timeout=30)
    logged = "".join(output)
    assert f"/api/users/me?token={MASK}" in logged
    assert f'"token": "{MASK}' in logged
    assert [secret for secret in (wrong, token, token[:20], wrong[:20]) if secret in logged] == []


@contextmanager
def _uvicorn(environment: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Run uvicorn as it is; the list has what it has written, once it has ended."""
    command = [sys.executable, "-m", "uvicorn", "ayonevents.asgi:application", "--port", "0", "--log-level", "debug"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    output: list[str] = []
    try:
        for line in process.stdout:
            output.append(line)
            if running := re.search(r"running on (http://\S+)", line):
                yield running[1], output
                break
    finally:
        process.terminate()
        with process.stdout as rest:
            output.extend(rest)
        process.wait(30)
