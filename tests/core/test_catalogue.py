from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import catalogue
from events.admin.failures import failures_of
from events.admin.workload import backlog_of, work_of
from events.models import Event
from events.queryset import EventQuerySet, told_of
from events.status import Status
from tests.conftest import POSTGRES
from tests.factories import change, make_event, make_job

pytestmark = pytest.mark.django_db


def test_each_topic_has_the_position_of_its_latest_change() -> None:
    assert catalogue.latest_of_topics() == {}
    first, *_ = [make_event("test.b"), make_event("test.a"), make_event("test.b"), make_event("Test.c")]
    change(first.id, description="changed")
    latest = catalogue.latest_of_topics()
    assert list(latest) == ["Test.c", "test.a", "test.b"]
    assert latest["test.b"] == Event.objects.get(pk=first.pk).position


def test_so_many_topics_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST", 2)
    for topic in ("test.c", "test.a", "test.b"):
        make_event(topic)
    assert list(catalogue.latest_of_topics()) == ["test.a", "test.b"]


def test_a_burst_on_one_topic_hides_no_other() -> None:
    for number in range(12):
        make_event("test.rare" if number in (0, 3) else "test.burst", description=f"{number}")
    make_event("test.last")
    found = Event.objects.filter(catalogue.latest_changes(3, 10)).order_by("position")
    assert list(found.values_list("description", flat=True)) == ["0", "3", "9", "10", "11", ""]
    found = Event.objects.filter(catalogue.latest_changes(1, 2)).order_by("position")
    assert list(found.values_list("topic", flat=True)) == ["test.burst", "test.last"]


def test_without_events_there_are_no_latest_changes() -> None:
    assert not Event.objects.filter(catalogue.latest_changes(1, 2)).exists()


@pytest.mark.skipif(POSTGRES, reason="SQLite is told what its statistics would know of a long history")
def test_long_topics_are_not_walked_through_for_their_latest_changes() -> None:
    for number in range(60):
        make_event(f"test.part{number}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("UPDATE sqlite_stat1 SET stat = '200000 50000 1' WHERE idx = 'event_topic_position'")
        cursor.execute("ANALYZE sqlite_schema")  # read them
        with CaptureQueriesContext(connection) as captured:
            work_of(Event.objects.all())
        plans = [explained(query["sql"]) for query in captured.captured_queries]
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute("ANALYZE sqlite_schema")
    assert not [step for plan in plans for step in plan if step.startswith("SCAN events_event")]


def test_the_topics_of_a_kind_are_told_with_the_ends_of_what_counts() -> None:
    assert catalogue.topics_of(told_of(Status.FAILED), 2) == {}
    events = [make_event(topic) for topic in ("test.b", "test.a", "test.b", "test.b", "test.c")]
    for event in events[:4]:
        change(event.id, status="failed")
    first, only, second, third = (event.creation_order for event in events[:4])
    assert catalogue.topics_of(told_of(Status.FAILED), 2) == {"test.a": (only, None), "test.b": (first, third)}
    newest = catalogue.topics_of(told_of(Status.FAILED), 1, newest=True)
    assert newest == {"test.a": (only, None), "test.b": (third, second)}


def explained(sql: str) -> list[str]:
    """Return how SQLite gets at events."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[-1] for row in cursor.fetchall() if "events_event" in row[-1]]


@pytest.mark.skipif(POSTGRES, reason="SQLite tells which index it takes, PostgreSQL only if there is much")
@pytest.mark.parametrize("look", [backlog_of, failures_of])
def test_no_look_of_the_overview_reads_all_events(look: Callable[[EventQuerySet], object]) -> None:
    for topic in ("test.a", "test.b"):
        for status in ("pending", "in_progress", "failed"):
            make_job(status, topic)
    with CaptureQueriesContext(connection) as captured:
        look(Event.objects.all())
    assert len(captured) > 3
    for query in captured.captured_queries:
        assert not [
            step for step in explained(query["sql"]) if "INDEX event_topic_order" in step or step == "SCAN events_event"
        ]
