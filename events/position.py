"""The position: one 64-bit number for every stored change, in an order that readers can rely on.

A change (an event is created, updated, or set free because its job was deleted) moves the event to the end
of the stream by giving it the next number. The promise: a reader that has consumed everything up to
``settled()`` never later finds a change at or below it.

SQLite has one writer at a time and the number comes from a row that the writer's transaction holds, so the
order of numbers is the order of commits.

PostgreSQL draws from a sequence, and a transaction that drew 5 may commit minutes after one that drew 6.
Two facts make the numbers usable all the same. A transaction gets its id *before* it draws (``NextPosition``
sees to that), and a snapshot tells below which id every transaction has ended. So:

1. read the last number that was drawn, ``drawn``;
2. then take a transaction id, ``horizon``: whoever drew up to ``drawn`` has a lower one;
3. once every transaction below ``horizon`` has ended, everything up to ``drawn`` has been committed or never will.

(The upper end of a snapshot would not do for step 2: it is one past the highest id that has *ended*.)
The pairs that still wait for step 3 are remembered per process; nothing is written, nothing is locked, and
a long transaction holds back this number but no event and no job; one of another database not even the number.
Numbers of rolled back changes are gaps. It asks for READ COMMITTED, the primary (not a replica), and a sequence
without a cache.
"""

import threading
import time
from collections import deque
from typing import Any, NamedTuple, TypeAlias

from django.db import connection, models  # noqa: TID251 - the sequence is not a model
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models.sql.compiler import SQLCompiler

Sql: TypeAlias = tuple[str, tuple[str | int, ...]]

CLOSER_LOOKS = 0.1
"""Seconds between two looks of one process at who is still at it in this database."""
OUTSIDE = "a position is drawn in the transaction that stores it"
NEXT = "CASE WHEN pg_current_xact_id() IS NULL THEN 0 ELSE nextval('events_position') END"


class NextPosition(models.Func):
    """The next number, drawn by PostgreSQL after the transaction has got its id (CASE fixes that order).

    On SQLite a column default cannot look anything up: it is a 0 that the table refuses, and
    ``stamp`` gives the number instead.
    """

    function = None
    output_field = models.BigIntegerField()

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any) -> Sql:
        """Draw the number."""
        return NEXT, ()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any) -> Sql:
        """Stand in for the number that the writer has to bring."""
        return "0", ()


class NumberAtCreation(NextPosition):
    """The number that this row's ``creation_order`` has drawn: PostgreSQL fills the columns in their order.

    So a new event takes one number, not two, and who follows the stream sees at once that none is missing.
    """

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any) -> Sql:
        """Repeat the last number of this session."""
        return "currval('events_position')", ()


def stamp() -> dict[str, int]:
    """Return the columns that place a new event at the end of the stream.

    Empty on PostgreSQL, whose column defaults do it.
    """
    if connection.vendor == "postgresql":
        return {}
    number = _draw(1)
    return {"position": number, "creation_order": number}


def drawn_by_the_table() -> bool:
    """Tell whether a statement that stores an event draws the numbers itself, and is a transaction of its own."""
    return connection.vendor == "postgresql"


def moved() -> int:
    """Draw the ``position`` that moves one changed event to the end of the stream; its row is locked already."""
    return _draw(1)


def draw(count: int) -> list[int]:
    """Take the next ``count`` numbers, ascending, in the transaction that stores what they are for."""
    if connection.vendor != "postgresql":
        last = _draw(count)
        return list(range(last - count + 1, last + 1))
    if not connection.in_atomic_block:
        raise RuntimeError(OUTSIDE)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NEXT} FROM generate_series(1, %s)", (count,))  # noqa: S608 - a constant
        return [number for (number,) in cursor.fetchall()]


def drawn() -> int:
    """Return the last number that was given out; what has got it may not be committed yet."""
    with connection.cursor() as cursor:
        return _drawn(cursor)


def settled(*, closely: bool = False) -> int:
    """Return a number up to which nothing can appear any more.

    Ask outside of transactions: inside one, PostgreSQL gives what this process knew before. ``closely``: look closer
    even if that was just done; for who asks seldom, and has to know what other databases hold up.
    """
    with connection.cursor() as cursor:
        last = _drawn(cursor)
        if connection.vendor != "postgresql":
            return last
        newest = _marks.newest()
        if last < newest and (last := _drawn(cursor)) < newest:
            _marks.clear()
        if _marks.lacks(last) and not connection.in_atomic_block:
            _marks.add(last, _number(cursor, "SELECT pg_current_xact_id()::text::bigint"))
        number = _marks.settled(_number(cursor, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
        if number < last and not connection.in_atomic_block and _marks.may_look_closer(closely):
            number = _marks.settled(_ended(cursor))
        return number


def _ended(cursor: CursorWrapper) -> int:
    """Return a transaction id below which every transaction of this database has ended.

    A snapshot knows those of the other databases of the same PostgreSQL as well, for which nobody need wait. Who
    has drawn holds the lock of its transaction id until after the commit can be seen.
    """
    cursor.execute(
        "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint, running.transactionid::text::bigint"
        " FROM (SELECT 1) AS one LEFT JOIN pg_locks AS running ON running.locktype = 'transactionid'"
        " AND running.mode = 'ExclusiveLock' AND running.granted AND NOT EXISTS ("
        "SELECT 1 FROM pg_stat_activity AS elsewhere"
        " WHERE elsewhere.pid = running.pid AND elsewhere.datname <> current_database())"
    )
    rows = cursor.fetchall()
    latest = int(rows[0][0])
    # The locks have the lower half of the number only.
    distances = [(int(low) - latest + 2**31) % 2**32 - 2**31 for _, low in rows if low is not None]
    return latest + min(distances, default=0)


def _drawn(cursor: CursorWrapper) -> int:
    if connection.vendor == "postgresql":
        return _number(cursor, "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_position")
    return _number(cursor, "SELECT value FROM events_position")


def _draw(count: int) -> int:
    """Take the next number, on SQLite the next ``count`` of them, and return the last one."""
    if not connection.in_atomic_block:
        raise RuntimeError(OUTSIDE)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _number(cursor, f"SELECT {NEXT}")
        return _number(cursor, "UPDATE events_position SET value = value + %s RETURNING value", count)


def _number(cursor: CursorWrapper, sql: str, *parameters: int) -> int:
    cursor.execute(sql, parameters)
    return int(cursor.fetchone()[0])


class _Mark(NamedTuple):
    drawn: int
    horizon: int


class _Marks:
    """What this process saw of the sequence and of the transactions, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[_Mark] = deque(maxlen=1000)
        self._settled = 0
        self._looked_closer = 0.0

    def may_look_closer(self, is_needed: bool) -> bool:
        """Tell whether it is needed, or the locks were not asked for a while; they are dearer than a snapshot."""
        with self._lock:
            now = time.monotonic()
            if not is_needed and now - self._looked_closer < CLOSER_LOOKS:
                return False
            self._looked_closer = now
            return True

    def newest(self) -> int:
        """Return the highest number seen.

        What is read of the sequence from now on is no lower, unless it comes from another database. What was read
        before may be: another thread was faster.
        """
        with self._lock:
            return self._waiting[-1].drawn if self._waiting else self._settled

    def clear(self) -> None:
        """Start anew, with another database."""
        with self._lock:
            self._waiting.clear()
            self._settled = 0

    def lacks(self, drawn: int) -> bool:
        """Tell whether the number is news."""
        return drawn > self.newest()

    def add(self, drawn: int, horizon: int) -> None:
        """Remember that whoever drew up to ``drawn`` has a transaction id below ``horizon``."""
        with self._lock:
            if not self._waiting or drawn > self._waiting[-1].drawn:
                self._waiting.append(_Mark(drawn, horizon))

    def settled(self, ended: int) -> int:
        """Return the highest number whose transactions have all ended, if those below ``ended`` have."""
        with self._lock:
            while self._waiting and self._waiting[0].horizon <= ended:
                self._settled = max(self._settled, self._waiting.popleft().drawn)
            return self._settled


_marks = _Marks()
