"""When the database is away or too busy: what counts as that, how often it is tried again, what is logged.

Whoever needs the database then gets 503 and comes again; what can do without it goes on. An outage is two lines
of the log, at its beginning and its end, however many requests it costs. While it lasts one thread at a time
tries to connect, twice a second, and the others are told at once: none of them waits for a time-out.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeGuard

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError

from events.errors import DatabaseAway

logger = logging.getLogger(__name__)

RETRY_AFTER = 1
"""Seconds after which a client that was told so may come again."""
PAUSE = 0.5
"""Seconds between two attempts to connect while the database is away."""

READ_ONLY = "25006"
"""The state of a server that has become a standby."""
TOO_SLOW = frozenset({"57014", "55P03", "25P03", "25P04"})
"""States of what ran into a time limit, of a statement, a lock or a transaction."""
BUSY = ("40", "53")
"""Beginnings of the states of a deadlock, and of a server that is out of disk, memory or connections."""


class StillAway(OperationalError):
    """The database was away a moment ago, and it is somebody else's turn to try."""


def behind(error: BaseException | None, where: str) -> DatabaseAway | None:
    """Return what to answer if the error means "come again", and log it; None if it means something else.

    ``where``: what could not be done, for the log (``POST /api/events``).
    """
    if not _is_one(error):
        return None
    if isinstance(error.__cause__, psycopg.Error) and not _is_busy(error.__cause__.sqlstate or ""):
        _watch.lost(error)
    elif not isinstance(error, StillAway):
        logger.warning("The database was too busy for %s: %s", where, _reason(error))
    return DatabaseAway()


def report(error: BaseException, where: str) -> None:
    """Log an error that nobody is answered with: an outage as above, anything else with its traceback."""
    if behind(error, where) is None:
        logger.error("Failed: %s", where, exc_info=error)


@contextmanager
def attempt() -> Iterator[None]:
    """Watch an attempt to connect; StillAway if the last one has just failed, or one is being made."""
    _watch.begin()
    try:
        yield
    except BaseException as error:
        _watch.failed(error)
        raise
    _watch.succeeded()


def _is_one(error: BaseException | None) -> TypeGuard[Exception]:
    match error:
        case OperationalError():
            return True
        case InterfaceError():  # psycopg's word for a closed connection, and SQLite's for a mistake
            return isinstance(error.__cause__, psycopg.Error)
        case DatabaseError(__cause__=psycopg.Error(sqlstate=state)):
            return state == READ_ONLY or _is_busy(state or "")
    return False


def _is_busy(state: str) -> bool:
    return state in TOO_SLOW or state.startswith(BUSY)


def _reason(error: BaseException) -> str:
    """Return the first line of what PostgreSQL says, which may have a page."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class Watch:
    """What this process knows about the database being away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._next_attempt: float | None = None
        """From when on one may be made; None: at any time, by anybody."""

    def begin(self) -> None:
        """Let one attempt begin, or raise StillAway."""
        now = time.monotonic()
        with self._lock:
            if self._next_attempt is None:
                return
            if now < self._next_attempt:
                raise StillAway("The database was away a moment ago")
            self._next_attempt = float("inf")  # this one is being made

    def failed(self, error: BaseException) -> None:
        """Let the next attempt wait."""
        with self._lock:
            self._next_attempt = time.monotonic() + PAUSE
        self.lost(error)

    def lost(self, error: BaseException) -> None:
        """Take note that the database is away, whoever found out."""
        with self._lock:
            if self._away_since is not None:
                return
            self._away_since = time.monotonic()
        logger.error("The database is away: %s", _reason(error))

    def succeeded(self) -> None:
        """Take note that it is there."""
        with self._lock:
            since, self._away_since, self._next_attempt = self._away_since, None, None
        if since is not None:
            logger.warning("The database is back after %.1f s", time.monotonic() - since)


_watch = Watch()
