"""Django's migrations, for hosts that start at the same time: one after the other, and for as long as it takes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

LOCK = 0x61796F6E
"""The advisory lock that whoever migrates a database holds; the number means nothing."""
PAUSE = 0.2
"""Seconds between two looks whether another process has finished."""


class Command(migrate.Command):
    """Update the database's tables; of several processes that do, each waits for the one before it."""

    def handle(self, *args: object, **options: object) -> None:
        """Migrate."""
        with _alone(str(options.get("database") or "default")):
            super().handle(*args, **options)


def missing() -> int:
    """Return how many migrations the database has not had yet."""
    executor = MigrationExecutor(connections["default"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def _alone(database: str) -> Iterator[None]:
    """Hold the lock, and let statements take their time. SQLite has its own, for each migration."""
    connection = connections[database]
    if connection.vendor != "postgresql":
        yield
        return
    if settings.DATABASE_POOLER:
        raise CommandError(
            "Migrations need a connection of their own: run manage.py migrate with DATABASE_POOLER=false and the"
            " DATABASE_URL of PostgreSQL itself, and the server with --no-migrate"
        )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        # Waiting inside of a statement would keep a snapshot, for which an index that is built concurrently waits.
        while not _locked(cursor):
            time.sleep(PAUSE)
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
            cursor.execute("RESET statement_timeout")
            cursor.execute("RESET lock_timeout")


def _locked(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    [[locked]] = cursor.fetchall()
    return bool(locked)
