"""Where the events are kept: SQLite in the data folder, or PostgreSQL at DATABASE_URL.

On PostgreSQL each thread that works on requests keeps a connection of its own, so that a process holds
EVENTS_THREADS of them and a few more, and never waits for one. Django's pool would add a checkout and a
round trip to every request, and nothing else: the threads are the pool.
"""

from pathlib import Path
from typing import Any, TypeAlias

import psycopg
from environs import Env, EnvError
from marshmallow.validate import Range
from psycopg.conninfo import make_conninfo

Database: TypeAlias = dict[str, Any]

LIBPQ_DEFAULTS = {
    "application_name": "ayonevents",
    "connect_timeout": 3,  # seconds
    # A host that vanished without a word is given up after 15 s, whether it is asked or waited for.
    "tcp_user_timeout": 15_000,  # milliseconds
    "keepalives_idle": 5,  # seconds
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""What a connection has unless DATABASE_URL says otherwise (``?connect_timeout=10``)."""

PREPARE_THRESHOLD = 5
"""How often one connection runs a statement of ``events.prepared`` before PostgreSQL keeps its plan."""


PLAN_ONCE = "-c plan_cache_mode=force_generic_plan -c jit=off"
"""To plan a poll takes PostgreSQL ten times as long as to answer it, and without this it may do so each time. The
statements of ``events.prepared`` are written so that the plan is the same whatever the values. Nor is any of them worth
compiling: at a million jobs PostgreSQL believes that it is, and takes 60 ms for it."""


def sqlite(data_dir: Path) -> Database:
    """Return the settings of the file in the data folder."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": data_dir / "events.sqlite3",
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Take the write lock at BEGIN: a transaction that reads first and writes later would
            # otherwise fail with "database is locked" instead of waiting for its turn.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # FULL, so that an acknowledged event survives a power cut, not only a killed process. Recursive triggers,
            # because without them REPLACE deletes a record of the audit trail and asks no trigger.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
            " PRAGMA recursive_triggers=ON;",
        },
    }


def postgresql(env: Env) -> Database:
    """Return the settings of DATABASE_URL; EnvError says what is wrong with it.

    Query parameters are libpq's (``sslmode``, ``connect_timeout``, ``target_session_attrs`` …) and go before
    the defaults here. DATABASE_POOLER=true leaves out what a pooler in transaction mode does not pass on: the
    time-outs, which are then set for the role in PostgreSQL, and prepared statements with their plans.
    """
    if env.str("DATABASE_URL").partition("://")[0] not in ("postgres", "postgresql"):
        raise EnvError('Environment variable "DATABASE_URL" invalid: expected postgres://user:password@host:5432/name')
    database: Database = {
        **env.dj_db_url("DATABASE_URL", engine="ayonevents.postgresql"),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # one would have to stay with its server connection
    }
    given = database.get("OPTIONS", {})
    options = LIBPQ_DEFAULTS | given
    if not env.bool("DATABASE_POOLER", False):
        options["options"] = f"{_time_outs(env)} {PLAN_ONCE} {given.get('options', '')}".strip()
    try:
        make_conninfo(**options)
    except psycopg.ProgrammingError as error:
        raise EnvError(f'Environment variable "DATABASE_URL" invalid: {str(error).strip()}') from error
    if not database["NAME"] and "service" not in options:
        raise EnvError('Environment variable "DATABASE_URL" invalid: expected the name of a database at its end')
    if not env.bool("DATABASE_POOLER", False):
        options["prepare_threshold"] = PREPARE_THRESHOLD
    return database | {"OPTIONS": options}


def _time_outs(env: Env) -> str:
    """Return the limits that PostgreSQL keeps for us, as it is told them at the start of a connection."""
    limits = {
        "statement_timeout": env.float("DATABASE_STATEMENT_SECONDS", 30.0, validate=Range(0)),
        "lock_timeout": env.float("DATABASE_LOCK_SECONDS", 10.0, validate=Range(0)),
        "idle_in_transaction_session_timeout": env.float("DATABASE_IDLE_SECONDS", 60.0, validate=Range(0)),
    }
    return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())
