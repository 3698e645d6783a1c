"""Start the event server: one or several processes of a production ASGI server with everything they need."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import locks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from events.management.commands import migrate
from events.management.first_start import ADMIN, Credentials, credentials, make_data_dir
from events.management.listening import address, hand_over, listen
from events.management.serving import serve


class Command(BaseCommand):
    """Migrate the database, create an admin and a service key on the first start, and serve until stopped."""

    help = "Start the event server (settings: PORT, HOST, DATA_DIR, WORKERS and more; see docs/settings.md)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, if it is not in the environment."""
        parser.add_argument("--host", default=settings.HOST, help="the address to listen on (default: HOST)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="0 takes a free one (default: PORT)")
        parser.add_argument("--no-migrate", action="store_true", help="leave the database as manage.py migrate made it")

    def handle(self, *_args: object, **options: object) -> None:
        """Do it in the order in which things can go wrong, so that nothing is made for a server that cannot start."""
        _check_services()
        data_dir: Path = settings.DATA_DIR
        make_data_dir(data_dir)
        lock = _lock(data_dir)
        listener = listen(str(options["host"]), int(str(options["port"])), settings.UNIX_SOCKET)
        with listener, lock:
            try:
                _migrate(skip=bool(options["no_migrate"]))
                found = credentials(data_dir)
                connections.close_all()
            except OperationalError as error:
                raise CommandError(f"The database cannot be used: {str(error).strip().splitlines()[0]}") from error
            words = welcome(settings.PUBLIC_URL or address(listener), found, shows_all=self.stdout.isatty())
            kept = serve(listener, settings.WORKERS, lambda: self._say(words))
        if kept is not None:
            self._say("Starting anew …")
            hand_over(kept)
            _start_anew()
        self._say("Stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _check_services() -> None:
    """Refuse several processes that would not hear of each other's events."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not getattr(settings, name)]
    if settings.WORKERS > 1 and missing:
        raise CommandError(
            f"WORKERS={settings.WORKERS} needs {' and '.join(missing)}: several processes share PostgreSQL and Redis"
        )


def _migrate(*, skip: bool) -> None:
    """Update the tables, or see that somebody has."""
    if not skip:
        call_command("migrate", interactive=False, verbosity=0)
    elif missing := migrate.missing():
        raise CommandError(f"The database lacks {missing} migrations: run manage.py migrate, or leave out --no-migrate")


def _start_anew() -> None:
    """Become the same command again: new code and settings count, and a process manager sees one process live on."""
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - it is this very command


def _lock(data_dir: Path) -> IO[str]:
    """Keep a second server off the same SQLite file: its sockets would not hear of this one's events."""
    lock = (data_dir / "lock").open("w")
    if not settings.DATABASE_URL and not locks.lock(lock, locks.LOCK_EX | locks.LOCK_NB):
        raise CommandError(f"Another server is running on {data_dir}: stop it, or give another folder with DATA_DIR=…")
    return lock


def welcome(address: str, found: Credentials, *, shows_all: bool) -> str:
    """Return what a newcomer needs to know.

    A credential is said when it was made up just now, so that no log collects it with every start; with ``shows_all``,
    as on a terminal, always.
    """

    def said(secret: str | None, nobody_knows: str) -> str:
        if secret is None:
            return nobody_knows
        return secret if shows_all or secret in found.made_up_now else f"(as you set it, or as {kept_at} has it)"

    kept_at = settings.DATA_DIR / "credentials.json"
    kept = f"kept in {kept_at}"
    password = said(found.admin_password, "(the password that you set)")
    key = said(found.service_key, "(a key that you have; new ones are made with: manage.py create_key NAME)")
    where = "PostgreSQL" if settings.DATABASE_URL else f"SQLite in {settings.DATA_DIR}"
    return f"""
ayonevents is ready on {address}

  Viewer       {address}/admin/
  Log in       {ADMIN} / {password}
  Service key  {key}

Dispatch an event:

  curl -X POST {address}/api/events \\
    -H 'X-Api-Key: {"KEY" if key.startswith("(") else key}' -H 'Content-Type: application/json' \\
    -d '{{"topic": "hello.world", "description": "My first event"}}'

Events are in {where}; what was made up on the first start is {kept}. Ctrl-C stops the server.
"""
