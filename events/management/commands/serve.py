"""Start the event server: one process of a production ASGI server with everything it needs."""

import errno
import os
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import uvicorn
from django.conf import settings
from django.core.files import locks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from events import restart, waiting
from events.management.first_start import ADMIN, Credentials, credentials, make_data_dir

GRACE = 15
"""Seconds that requests in flight get to finish when the server is stopped."""
FRAME_LIMIT = 2**20
"""Bytes that one frame from a WebSocket client may have."""


class Command(BaseCommand):
    """Migrate the database, create an admin and a service key on the first start, and serve until stopped."""

    help = "Start the event server (settings: PORT, HOST, DATA_DIR, ADMIN_PASSWORD, SERVICE_KEY; see docs/settings.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, if it is not in the environment."""
        parser.add_argument("--host", default=settings.HOST, help="the address to listen on (default: HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes a free one (default: PORT)")

    def handle(self, *_args: object, **options: object) -> None:
        """Do it in the order in which things can go wrong, so that nothing is made for a server that cannot start."""
        data_dir: Path = settings.DATA_DIR
        make_data_dir(data_dir)
        lock = _lock(data_dir)
        listener = _listen(str(options["host"]), int(str(options["port"])))
        with listener, lock:
            try:
                call_command("migrate", interactive=False, verbosity=0)
                found = credentials(data_dir)
                connections.close_all()
            except OperationalError as error:
                raise CommandError(f"The database cannot be used: {str(error).strip().splitlines()[0]}") from error
            address = settings.PUBLIC_URL or _address(listener)
            again = serve(listener, lambda: self.stdout.write(_welcome(address, found)))
        if again:
            self.stdout.write("Starting anew …")
            self.stdout.flush()
            _start_anew()
        self.stdout.write("Stopped.")


class Server(uvicorn.Server):
    """uvicorn, with a word when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        """Call ``on_ready`` once requests are answered."""
        super().__init__(config)
        self.on_ready = on_ready
        self.restarting = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; who waits for a job is answered at once, so that nobody has to wait for them."""
        waiting.room.close()
        await super().shutdown(sockets)

    def restart(self) -> None:
        """Finish what is under way, and stop in order to start anew."""
        self.restarting = self.should_exit = True


def serve(listener: socket.socket, on_ready: Callable[[], None]) -> bool:
    """Serve on the socket until a signal asks to stop, or somebody to restart; return whether it was a restart."""
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    config = uvicorn.Config(
        f"{module}:{name}",
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=FRAME_LIMIT,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
    server = Server(config, on_ready)
    restart.set_stop(server.restart)
    with suppress(KeyboardInterrupt):  # Ctrl-C: by then the server has shut down in good order
        server.run(sockets=[listener])
        return server.restarting
    return False


def _start_anew() -> None:
    """Become the same command again: new code and settings count, and a process manager sees one process live on."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - it is this very command


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; CommandError says why it cannot."""
    try:
        family, *_, address = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[
            0
        ]
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except socket.gaierror as error:
        raise CommandError(f"There is no address {host}: give another one with HOST=…") from error
    except PermissionError as error:
        raise CommandError(f"Port {port} may not be used by this user: choose one above 1023 with PORT=…") from error
    except OSError as error:
        reason = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise CommandError(
            f"Port {port} on {host} {reason}: stop what uses it, or choose another one with PORT=…"
        ) from error
    return listener


def _lock(data_dir: Path) -> IO[str]:
    """Keep a second server off the same SQLite file: its sockets would not hear of this one's events."""
    lock = (data_dir / "lock").open("w")
    if not settings.DATABASE_URL and not locks.lock(lock, locks.LOCK_EX | locks.LOCK_NB):
        raise CommandError(f"Another server is running on {data_dir}: stop it, or give another folder with DATA_DIR=…")
    return lock


def _address(listener: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _welcome(address: str, found: Credentials) -> str:
    """Return what a newcomer needs to know."""
    kept = f"kept in {settings.DATA_DIR / 'credentials.json'}"
    password = found.admin_password or "(the password that you set)"
    key = found.service_key or "(a key that you have; new ones are made with: manage.py create_key NAME)"
    where = "PostgreSQL" if settings.DATABASE_URL else f"SQLite in {settings.DATA_DIR}"
    return f"""
ayonevents is ready on {address}

  Viewer       {address}/admin/
  Log in       {ADMIN} / {password}
  Service key  {key}

Dispatch an event:

  curl -X POST {address}/api/events \\
    -H 'X-Api-Key: {found.service_key or "KEY"}' -H 'Content-Type: application/json' \\
    -d '{{"topic": "hello.world", "description": "My first event"}}'

Events are in {where}; what was made up on the first start is {kept}. Ctrl-C stops the server.
"""
