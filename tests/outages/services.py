"""A PostgreSQL and a Redis that a test may stop, kill and start again: they belong to it alone."""

import getpass
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Literal, Self

import psycopg
import redis

OWNER = "postgres" if getpass.getuser() == "root" else None
"""Who runs PostgreSQL, which refuses to be root's."""


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest one's; None if there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_the_path = shutil.which("initdb")
    found = [*installed, *([Path(on_the_path)] if on_the_path else [])]
    return found[-1].parent if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Postgres:
    """``with Postgres() as postgres``: ``postgres.url`` is an empty database."""

    def __enter__(self) -> Self:
        programs = binaries()
        assert programs is not None
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="ayonevents-postgres-"))
        if OWNER:
            shutil.chown(self._folder, OWNER)
        self._port = free_port()
        self.url = f"postgres://ayonevents@127.0.0.1:{self._port}/postgres"
        self._data = str(self._folder / "data")
        self._run("initdb", "--auth=trust", "--username=ayonevents", "--no-sync", "--encoding=UTF8", self._data)
        # A crash of PostgreSQL is tried here, not one of the machine: what is written need not reach the disk.
        (self._folder / "data" / "postgresql.auto.conf").write_text(
            f"port = {self._port}\nunix_socket_directories = '{self._folder}'\nfsync = off\nmax_connections = 60\n"
        )
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop("immediate")
        shutil.rmtree(self._folder)

    def start(self) -> None:
        self._control("start", "--log", str(self._folder / "log"))

    def stop(self, mode: Literal["fast", "immediate"]) -> None:
        self._control("stop", "--mode", mode)

    def restart(self, mode: Literal["fast", "immediate"]) -> None:
        self.stop(mode)
        self.start()

    def execute(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())

    def _control(self, *arguments: str) -> None:
        self._run("pg_ctl", "--wait", "--silent", "--pgdata", self._data, *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self._folder,
            user=OWNER,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=60,
        )


class Redis:
    """``with Redis() as redis``: ``redis.url`` is an empty one."""

    def __enter__(self) -> Self:
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it and wait until it answers."""
        port = str(self._port)
        self._process = subprocess.Popen(
            [
                shutil.which("redis-server") or "redis-server",
                "--port",
                port,
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "Ready to accept connections" in line:
                break
        with redis.Redis.from_url(self.url) as client:
            client.ping()

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
