"""A real server process, as ``make run`` starts it, with a database of its own."""

import itertools
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg
import requests

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "only-for-tests"
KEY = "0123456789abcdef0123456789abcdef"
OF_THE_TESTS = ("SECRET_KEY", "EVENTS_CREDENTIAL_CACHE_SECONDS")
_numbers = itertools.count(1)
READY = re.compile(r"ready on (\S+)")


class Server:
    """``with Server(folder) as server``: ``server.url`` answers, ``server.session`` is a service's.

    ``beside``: a second process on the same database.
    """

    def __init__(self, data_dir: Path, beside: "Server | None" = None, /, **environment: str) -> None:
        self.data_dir = data_dir
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OF_THE_TESTS},
            "ADMIN_PASSWORD": PASSWORD,
            "SERVICE_KEY": KEY,
            **environment,
            "DATA_DIR": str(data_dir),
            "PORT": environment.get("PORT", "0"),
            "PYTHONUNBUFFERED": "1",
        }
        self.has_own_database = beside is None
        if beside is not None:
            self.environment["DATABASE_URL"] = beside.environment["DATABASE_URL"]
        elif self.environment.get("DATABASE_URL"):
            self.environment["DATABASE_URL"] = _database_of_its_own(self.environment["DATABASE_URL"])
        self.output: list[str] = []
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.session = requests.Session()
        self.session.headers["X-Api-Key"] = KEY

    def start(self) -> Self:
        """Start it and wait until it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        return self.await_ready()

    def await_ready(self) -> Self:
        """Wait until it says that it is ready, at its start or again."""
        self.url = READY.findall(self.await_output(READY))[-1]
        return self

    def await_output(self, pattern: re.Pattern[str]) -> str:
        """Wait until it says this, and return what it has said since the last such wait."""
        said: list[str] = []
        while (line := self._lines.get(timeout=60)) is not None:
            said.append(line)
            if pattern.search(line):
                return "".join(said)
        raise AssertionError(f"the server ended without {pattern.pattern}:\n" + "".join(self.output))

    def _listen(self) -> None:
        """Take what it says as it says it: a full pipe would hold it up."""
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.output.append(line)
                self._lines.put(line)
        self._lines.put(None)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it and return its exit code; its last words are in ``output``."""
        self.process.send_signal(how)
        code = self.process.wait(30)
        self._listener.join(30)
        self._lines = queue.SimpleQueue()
        return code

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self.session.close()
        self.drop()

    def drop(self) -> None:
        """Drop the database that was made for it; for a server that is not started in a ``with``."""
        if self.has_own_database and self.environment.get("DATABASE_URL"):
            _drop(self.environment["DATABASE_URL"])

    def let_services_log(self) -> Self:
        """Take the policy away that keeps ``log.*`` for the server, as a studio may; before the first request."""
        command = "from events.models import TopicPolicy; TopicPolicy.objects.filter(topic='log.*').delete()"
        subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "--command", command],
            cwd=ROOT,
            env=self.environment,
            check=True,
        )
        return self

    def post(self, path: str, body: object) -> requests.Response:
        return self.session.post(self.url + path, json=body, timeout=30)

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=30)

    def all_events(self, query: str = "") -> list[dict[str, object]]:
        """Return what ``GET /api/events`` lists, all pages of it, newest first."""
        events: list[dict[str, object]] = []
        following: str | None = f"{self.url}/api/events?limit=1000{query}"
        while following:
            answer = self.session.get(following, timeout=30)
            answer.raise_for_status()
            page = answer.json()
            events += page["events"]
            following = page["next"]
        return events


def _database_of_its_own(url: str) -> str:
    """Make an empty database beside the one that the URL names; each server of this run has another."""
    name = f"test_ayonevents_live_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _drop(url: str) -> None:
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
