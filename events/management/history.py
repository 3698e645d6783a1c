"""A long history for benchmarks, stored as fast as the database takes it. Nothing else may write meanwhile."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from django.db import connection, transaction  # noqa: TID251 - rows by the million are no business of the ORM
from django.utils import timezone

from events.enroll import EnrollRequest
from events.hashing import job_hash, new_id
from events.models import Attempt, Consumer, Event
from events.sources import Sources
from events.status import Status
from events.watermark import consumer_for

SENDER = "bench-history"
"""Who sent the events of the history, so that they can be told from what came after."""
VALUES = ("Approved", "Pending review", "On hold", "Done")
"""What the sources have at ``payload/newValue``, in turn."""
COLUMNS = (
    *("id", "hash", "topic", "sender", "project", "user", "depends_on_id", "status", "retries"),
    *("description", "summary", "payload", "created_at", "updated_at", "creation_order", "position"),
)
NO_RECORD = "substr(topic, 1, 6) <> 'audit.'"
"""The database deletes no record of the audit trail."""
Row: TypeAlias = tuple[Any, ...]
IS_POSTGRES = connection.vendor == "postgresql"


def insert(count: int, source_topic: str, target_topic: str, *, days: float, with_jobs: bool) -> None:
    """Store finished sources, spread evenly over the last days, each followed by its finished job if that is wanted.

    A history with jobs is settled for the consumer that asks for it without a filter, as if it had polled on.
    """
    with _without_indexes(), transaction.atomic():
        if IS_POSTGRES and _execute("SHOW is_superuser") == ("on",):
            _execute("SET LOCAL session_replication_role = replica")  # the jobs' sources are there: no need to look
        last = fill(count, source_topic, target_topic if with_jobs else None, days=days)
    if with_jobs:
        consumer = consumer_for(Sources(topics=(source_topic,), target_topic=target_topic))
        Consumer.objects.filter(pk=consumer.pk).update(watermark=last)
    _execute("VACUUM ANALYZE" if IS_POSTGRES else "ANALYZE")


def fill(count: int, source_topic: str, target_topic: str | None, *, days: float) -> int:
    """Store the events of a history, without jobs if there is no target topic, and return the last position."""
    last = _draw(count * (1 if target_topic is None else 2))
    _store(_rows(count, source_topic, target_topic, days, last))
    return last


def fail(count: int) -> None:
    """Let the last jobs of the history have failed as often as they may by default, where they stand in the stream."""
    jobs = Event.objects.filter(sender=SENDER, depends_on__isnull=False).order_by("-creation_order")[:count]
    retries = EnrollRequest.__dataclass_fields__["max_retries"].default
    Event.objects.filter(pk__in=list(jobs.values_list("pk", flat=True))).update(status=Status.FAILED, retries=retries)


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Build the indexes once at the end, which is faster than row by row."""
    with connection.schema_editor() as editor:
        for index in Event._meta.indexes:
            editor.remove_index(Event, index)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for index in Event._meta.indexes:
                editor.add_index(Event, index)


def remove() -> None:
    """Delete all events, the attempts at them, and how far their consumers have got.

    The audit trail goes with them on PostgreSQL, which empties a table as a whole; SQLite goes row by row.
    """
    _execute("TRUNCATE events_event" if IS_POSTGRES else f"DELETE FROM events_event WHERE {NO_RECORD}")
    Attempt.objects.all().delete()
    Consumer.objects.all().delete()


def remove_later() -> None:
    """Delete the events that came after the history."""
    history = Event.objects.filter(sender=SENDER).order_by("-creation_order")
    if last := history.values_list("creation_order", flat=True).first():
        _execute(f"DELETE FROM events_event WHERE creation_order > %s AND {NO_RECORD}", last)
    else:
        remove()


def sizes() -> dict[str, float]:
    """Return how many rows there are, and the MiB of the table and of its indexes (on SQLite together)."""
    table, indexes = (
        _execute("SELECT pg_table_size('events_event'), pg_indexes_size('events_event')")
        if IS_POSTGRES
        else _execute("SELECT page_count * page_size, 0 FROM pragma_page_count(), pragma_page_size()")
    )
    mib = 2**20
    return {"rows": Event.objects.count(), "table_mb": round(table / mib, 1), "indexes_mb": round(indexes / mib, 1)}


def _rows(count: int, source_topic: str, target_topic: str | None, days: float, last: int) -> Iterator[Row]:
    """Yield the rows, each job after its source."""
    end = timezone.now() - timedelta(minutes=5)
    number = last - count * (1 if target_topic is None else 2)
    note = {"oldValue": "In progress", "note": "lorem ipsum " * 18}
    payloads = [json.dumps(note | {"newValue": value}) for value in VALUES]
    for each in range(count):
        at = end - timedelta(days=days) * (1 - each / count)
        by = (f"project_{each % 20}", f"user{each % 50}")
        summary = json.dumps({"entityId": f"{each % 5000:032x}", "parentId": f"{each % 500:032x}"})
        source, text = new_id(), f"Changed status of task no. {each}"
        facts: Row = (None, Status.FINISHED.value, 0, text, summary, payloads[each % len(VALUES)], at, at)
        yield _row(source, source.hex, source_topic, *by, *facts, number := number + 1)
        if target_topic is not None:
            facts = (source, Status.FINISHED.value, 0, f"Process no. {each}", summary, "{}", at, at)
            yield _row(new_id(), job_hash(target_topic, source), target_topic, *by, *facts, number := number + 1)


def _row(pk: UUID, key: str, topic: str, *facts: Any) -> Row:
    """Put the sender into its place, and the number into both of its places."""
    return (pk, key, topic, SENDER, *facts, facts[-1])


def _store(rows: Iterator[Row]) -> None:
    with connection.cursor() as cursor:
        columns = ", ".join(connection.ops.quote_name(each) for each in COLUMNS)
        if IS_POSTGRES:
            with cursor.copy(f"COPY events_event ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(COLUMNS))
            cursor.executemany(f"INSERT INTO events_event ({columns}) VALUES ({marks})", map(_adapted, rows))  # type: ignore[arg-type] # it takes an iterator, as the sqlite3 module does


def _adapted(row: Row) -> Row:
    """Return the row as SQLite keeps it."""
    return tuple(each.hex if isinstance(each, UUID) else each for each in row)


def _draw(count: int) -> int:
    """Take so many positions and return the last one."""
    if IS_POSTGRES:
        return int(_execute("SELECT setval('events_position', nextval('events_position') + %s - 1)", count)[0])
    return int(_execute("UPDATE events_position SET value = value + %s RETURNING value", count)[0])


def _execute(sql: str, *parameters: int) -> Row:
    """Run a statement and return its first row, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return (cursor.fetchone() or ()) if cursor.description else ()
