"""What an idle poll reads does not depend on what there is, nor on what PostgreSQL knows of it."""

import itertools
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from psycopg.sql import Literal

from events import glance
from events.enroll import EnrollRequest
from events.glance import Kind
from events.management import history
from events.models import Consumer, Event
from events.prepared import Slot, Statement
from events.sources import Sources
from events.status import Status
from events.watermark import consumer_for
from tests.conftest import POSTGRES
from tests.factories import make_request

pytestmark = [
    pytest.mark.django_db(transaction=True),  # which empties the tables for good: rolled back rows stay in indexes
    pytest.mark.skipif(not POSTGRES, reason="SQLite has no statistics to go by, and says nothing of what it reads"),
]

HISTORY = 5_000
BLOCKS_MAX = 60
"""Of 8 KiB, read by one poll: some index look-ups. A scan of any of the histories here takes hundreds."""
APPROVED: dict[str, object] = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}
REQUESTS = {
    "one topic": make_request(),
    "list": make_request("test.source", "test.other"),
    "wildcard": make_request("test.*"),
    "everything": make_request("*"),
    "filter": make_request(filter=APPROVED),
    "sequential": make_request(sequential=True),
    "no sender": make_request(sender=None),
    "any age": make_request(max_age_days=0),
    "ignored": make_request("test.*", ignored_sender_types=("ftrack",)),
}


@pytest.fixture(params=["auto", "force_generic_plan"])
def plans(request: Any) -> Iterator[None]:
    execute("SET plan_cache_mode = " + request.param)
    yield
    execute("RESET plan_cache_mode")


def execute(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else None


def fill(count: int, source_topic: str, target_topic: str) -> None:
    with transaction.atomic():
        history.fill(count, source_topic, target_topic, days=2)


def stand_at_the_end(sources: Sources) -> None:
    end = Event.objects.latest("position").position
    Consumer.objects.filter(pk=consumer_for(sources).pk).update(watermark=end)


def blocks_read(request: EnrollRequest) -> int:
    """Return how many blocks a prepared poll reads, with what it has to look up in the catalogue left out."""
    kind = Kind(request.sources.key(), request.sender is not None, request.sequential, request.sources)
    statement = glance._statement(kind)  # noqa: SLF001 - the plan is the subject
    values = {"key": kind.key, "sender": request.sender, "max_retries": 3, "step": glance.STEP}
    name = f"poll_{uuid4().hex}"
    execute(f"PREPARE {name} AS {numbered(statement)}")
    given = ", ".join(literals(statement, **values, oldest=request.sources.oldest()))
    for _ in range(2):  # the first one clears away what updates have left in the indexes
        found = execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE {name}({given})")
    plan = found[0][0] if not isinstance(found[0][0], str) else json.loads(found[0][0])
    return int(plan[0]["Plan"]["Shared Hit Blocks"]) + int(plan[0]["Plan"]["Shared Read Blocks"])


def numbered(statement: Statement) -> str:
    numbers = itertools.count(1)
    parts = statement.sql.replace("%%", "%").split("%s")
    return parts[0] + "".join(f"${next(numbers)}{part}" for part in parts[1:])


def literals(statement: Statement, **values: object) -> Iterator[str]:
    for slot in statement.parameters:
        assert isinstance(slot, Slot)
        yield Literal(values[slot.name]).as_string(connection.connection)


def blocks_of_all_requests() -> dict[str, int]:
    """Return what each poll reads with its watermark at the end, where that is too much."""
    for request in REQUESTS.values():
        stand_at_the_end(request.sources)
    read = {name: blocks_read(request) for name, request in REQUESTS.items()}
    return {name: blocks for name, blocks in read.items() if blocks > BLOCKS_MAX}


def test_a_settled_history_that_was_never_analysed(plans: None) -> None:
    fill(HISTORY, "test.source", "test.job")
    assert blocks_of_all_requests() == {}


def test_statistics_from_before_the_history(plans: None) -> None:
    fill(100, "test.source", "test.job")
    execute("ANALYZE events_event")
    fill(HISTORY, "test.source", "test.job")
    assert blocks_of_all_requests() == {}


@pytest.mark.parametrize(
    ("status", "retries"),
    [(Status.FAILED, 3), (Status.ABORTED, 0), (Status.IN_PROGRESS, 0), (Status.PENDING, 0)],
)
def test_thousands_of_jobs_that_others_never_finish(plans: None, status: Status, retries: int) -> None:
    fill(HISTORY, "test.source", "test.job")
    execute("ANALYZE events_event")
    Event.objects.filter(topic="test.job").update(status=status, retries=retries, sender="somebody else")
    stand_at_the_end(REQUESTS["one topic"].sources)
    assert blocks_read(REQUESTS["one topic"]) <= BLOCKS_MAX


def test_thousands_of_unfinished_events_on_other_topics(plans: None) -> None:
    fill(HISTORY, "test.source", "test.other_job")
    execute("ANALYZE events_event")
    Event.objects.filter(topic="test.other_job").update(status=Status.FAILED)
    stand_at_the_end(REQUESTS["one topic"].sources)
    assert blocks_read(REQUESTS["one topic"]) <= BLOCKS_MAX


def test_fifty_other_consumers(plans: None) -> None:
    fill(HISTORY, "test.source", "test.job")
    for number in range(50):
        stand_at_the_end(Sources(topics=("test.source",), target_topic=f"test.job{number}"))
    assert blocks_of_all_requests() == {}
