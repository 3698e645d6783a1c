"""A race: servers, dispatchers and workers as processes of their own, some of them killed, and an operator at work."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import requests

from tests.e2e.server import KEY, ROOT, Server
from tests.races.journal import Entry, Journal, Reader
from tests.races.rules import Stored, broken

PATIENCE = 90
"""Seconds without any progress after which a race is given up."""

QUIET = 3_000_000_000
"""Nanoseconds in which no worker got a job: it may be over, so that it is worth to ask what is stored."""


@dataclass(frozen=True, kw_only=True)
class Size:
    sources: int
    workers: int
    servers: int
    dispatchers: int
    longest: float
    """Seconds that a dispatcher may wait between two events of one transaction."""
    pause: float
    """Seconds between two strokes of the operator or of fate, on average."""


class Race:
    """``with Race(folder, size, seed) as race: race.run()``."""

    def __init__(self, folder: Path, size: Size, seed: str) -> None:
        self.folder, self.size, self.seed = folder, size, seed
        self.random = random.Random(seed)
        self.journal = Journal(self._made("journal"), "operator")
        self.reader = Reader(folder / "journal")
        self.running = ExitStack()
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.dispatchers: list[subprocess.Popen[bytes]] = []
        self.lives = 0

    def __enter__(self) -> Self:
        first = self.running.enter_context(Server(self._made("server-0"), PORT=str(free_port())))
        first.session.headers["Connection"] = "close"  # a kept one may be closed while the operator is idle
        self.servers = [first]
        for number in range(1, self.size.servers):
            other = Server(self._made(f"server-{number}"), PORT=str(free_port()), DATABASE_URL="")
            other.environment["DATABASE_URL"] = first.environment["DATABASE_URL"]
            self.servers.append(self.running.enter_context(other))
        return self

    def __exit__(self, *_: object) -> None:
        for each in [*self.workers.values(), *self.dispatchers]:
            kill(each)
        for server in self.servers:
            if server.process.poll() is None:
                server.stop()
        self.running.close()
        self.journal.close()

    def run(self) -> None:
        """Let everybody run until every source is dispatched and has a finished job; then check the rules."""
        share = self.size.sources // self.size.dispatchers
        self.dispatchers = [
            self._start("dispatcher", f"dispatcher-{number}", str(share), str(self.size.longest))
            for number in range(self.size.dispatchers)
        ]
        for number in range(self.size.workers):
            self._hire(f"worker-{number}")
        progress, deadline = -1, 0.0
        while not self._is_over():
            self.reader.look()
            done = sum(len(self.reader.by_what[what]) for what in ("finished", "dispatched"))
            if done > progress:
                progress, deadline = done, time.monotonic() + PATIENCE
            assert time.monotonic() < deadline, f"nothing happens any more; {self._tale()}"
            self._stroke()
            time.sleep(self.random.expovariate(1 / self.size.pause))
        self._check()

    def _is_over(self) -> bool:
        if any(each.poll() is None for each in self.dispatchers):
            return False
        assert {each.returncode for each in self.dispatchers} == {0}, self._tale()
        if time.monotonic_ns() - max((entry["at"] for entry in self.reader.by_what["got"][-50:]), default=0) < QUIET:
            return False
        finished = {job["dependsOn"] for job in self._stored("race.job") if job["status"] == "finished"}
        return len(finished) >= len(self._stored("race.source"))

    def _stroke(self) -> None:
        """Do one of the things that happen."""
        strokes = (self._kill_worker, self._touch_source, self._touch_job, self._restart_job, self._delete_job)
        weights = (4, 3, 3, 1, 1)
        if self.random.random() < 0.05:
            self._kill_server()
        else:
            self.random.choices(strokes, weights)[0]()

    def _kill_worker(self) -> None:
        name = self.random.choice(list(self.workers))
        kill(self.workers[name])
        self.journal.write("killed", name=name)
        self._hire(name)

    def _kill_server(self) -> None:
        server = self.random.choice(self.servers)
        server.stop(signal.SIGKILL)
        self.journal.write("killed", name=server.data_dir.name)
        server.start()

    def _touch_source(self) -> None:
        if source := self._any("dispatched", "sources"):
            self._ask("PATCH", self.random.choice(source), {"description": f"touched {self.random.random()}"})

    def _touch_job(self) -> None:
        if job := self._any("got", "job"):
            self._ask("PATCH", job, {"description": f"touched {self.random.random()}"})

    def _restart_job(self) -> None:
        entry = self._any_entry("finished")
        if entry and self._status_of(entry["job"]) == "finished":
            status = self._ask("PATCH", entry["job"], {"status": "restarted"})
            what = "restarted" if status == 204 else "restart unknown"
            self.journal.write(what, job=entry["job"], source=entry["source"])

    def _delete_job(self) -> None:
        entry = self._any_entry("finished")
        if entry and self._status_of(entry["job"]) == "finished":
            status = self._ask("DELETE", entry["job"], None)
            self.journal.write("deleted", job=entry["job"], source=entry["source"], status=status)

    def _check(self) -> None:
        for worker in self.workers.values():
            kill(worker)
        entries = self.reader.entries()
        assert not self.reader.by_what["surprise"], self.reader.by_what["surprise"][:5]
        wrong = list(broken(entries, self._stored("race.job"), self._stored("race.source")))
        tale = "\n".join(self._tale(entries, source, rule) for source, rule in wrong[:5])
        assert not wrong, f"{len(wrong)} rules are broken, with the seed {self.seed}:\n{tale}"

    def _tale(self, entries: list[Entry] | None = None, source: str = "", rule: str = "") -> str:
        """Return what happened to a source, and how to see it happen again."""
        lines = [str(entry) for entry in entries or () if source in (entry.get("source"), *entry.get("sources", ()))]
        again = f"RACE_SEED={self.seed} RACE_SOURCES={self.size.sources} pytest tests/races"
        return "\n".join([f"{source}: {rule}", *lines, f"again: {again}; journal in {self.folder / 'journal'}"])

    def _hire(self, name: str) -> None:
        ports = [server.environment["PORT"] for server in self.servers]
        self.workers[name] = self._start("worker", name, KEY, *ports)

    def _start(self, module: str, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        self.lives += 1
        command = [sys.executable, "-m", f"tests.races.{module}", f"{self.seed}/{self.lives}"]
        environment = self.servers[0].environment | {"REDIS_URL": os.environ.get("REDIS_URL", "")}
        return subprocess.Popen([*command, str(self.folder / "journal"), name, *arguments], cwd=ROOT, env=environment)

    def _any_entry(self, what: str) -> Entry | None:
        entries = self.reader.by_what[what]
        return self.random.choice(entries) if entries else None

    def _any(self, what: str, fact: str) -> Any:
        entry = self._any_entry(what)
        return entry and entry[fact]

    def _ask(self, method: str, event_id: str, body: object) -> int:
        """Ask a server that is not being killed, and return the status; 404: somebody has deleted it."""
        answer = self.servers[0].session.request(
            method, f"{self.servers[0].url}/api/events/{event_id}", json=body, timeout=30
        )
        return answer.status_code

    def _status_of(self, job: str) -> str | None:
        answer = self.servers[0].get(f"/api/events/{job}")
        return str(answer.json()["status"]) if answer.status_code == requests.codes.ok else None

    def _stored(self, topic: str) -> list[Stored]:
        return self.servers[0].all_events(f"&topic={topic}")

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
