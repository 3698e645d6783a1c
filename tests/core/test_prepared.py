"""Statements that are compiled once."""

from functools import cache
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.models import Event
from events.prepared import Slot, Statement, select
from events.reading import event_by_id
from tests.conftest import POSTGRES
from tests.factories import make_event

pytestmark = pytest.mark.django_db

AWKWARD = ["it's 100 % {0} \\ %s %%", "$1", "é漢", "a'; --"]


@cache
def described(text: str) -> Statement:
    """The text is compiled in, the topic is given."""
    events = Event.objects.filter(description=text, topic=Slot("topic", Event._meta.get_field("topic")))
    return select(events.values_list("id", "description"))


@pytest.mark.parametrize("text", AWKWARD)
def test_what_is_compiled_in_is_a_value_and_never_sql(text: str) -> None:
    event = make_event("test.event", description=text)
    make_event("test.event", description="else")
    for _ in range(8):  # PostgreSQL keeps the plan after a few
        assert described(text).rows(topic="test.event") == [(event.id, text)]
    assert described(text).row(topic="test.other") is None


@pytest.mark.parametrize("text", AWKWARD)
def test_what_is_given_is_a_value_and_never_sql(text: str) -> None:
    event = make_event("test.event", hash=text)
    statement = select(Event.objects.filter(hash=Slot("hash", Event._meta.get_field("hash"))).values_list("id"))
    assert (statement.row(hash=text), statement.row(hash="else")) == ((event.id,), None)


def test_a_whole_event_is_read_as_the_orm_reads_it() -> None:
    event = make_event("test.event", payload={"number": 2**70, "texts": ["é"]}, summary={"a": None}, project="alpha")
    found = event_by_id(event.id)
    assert found is not None
    assert found.__dict__ | {"_state": None} == event.__dict__ | {"_state": None}
    assert event_by_id(uuid4()) is None


def test_a_statement_is_one_query() -> None:
    event = make_event()
    with CaptureQueriesContext(connection) as queries:
        assert event_by_id(event.id) == event
    assert len(queries) == 1


@pytest.mark.skipif(not POSTGRES, reason="SQLite keeps statements by itself")
def test_postgresql_keeps_the_plan_of_what_is_asked_again_and_again() -> None:
    event = make_event()
    for _ in range(10):
        event_by_id(event.id)
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE \'%WHERE "events_event"."id" =%\''
        )
        assert cursor.fetchone()[0] >= 1
