"""No door, no code and no statement changes or deletes a record of the audit trail."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client

from events import audit
from events.actor import SERVER
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import Forbidden
from events.models import Event
from events.operations import Operation, operate
from events.update import EventChanges, update
from tests.api.calls import call, patch, post
from tests.conftest import POSTGRES
from tests.factories import make_event, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def record() -> Event:
    return Event.objects.get(pk=audit.record("backup.restored", "The backup of Monday was restored", by="ann"))


@pytest.fixture
def unchanged(record: Event) -> Any:
    """Nothing has become of the record in the end."""
    before = Event.objects.filter(pk=record.pk).values().get()
    yield
    assert Event.objects.filter(pk=record.pk).values().get() == before


CODE: list[Callable[[Event], object]] = [
    lambda record: update(record.id, EventChanges(description="nothing happened"), SERVER),
    lambda record: update(record.id, EventChanges(progress=1)),
    lambda record: delete(record.id),
    lambda record: dispatch(NewEvent(topic="test.other", hash=record.hash, reuse=True)),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attempt", CODE)
def test_code_is_refused_also_as_the_server(record: Event, attempt: Callable[[Event], object]) -> None:
    with pytest.raises(Forbidden):
        attempt(record)


@pytest.mark.usefixtures("unchanged")
def test_the_doors_of_an_admin_refuse(api_as: Callable[[str], Client], record: Event) -> None:
    admin = api_as("admin")
    for body in ({"description": "nothing"}, {"status": "restarted"}, {"progress": 5}):
        assert patch(admin, record, body)[0] == 403
    assert call(admin, "DELETE", f"/api/events/{record.id.hex}?cascade=true")[0] == 403
    for kind in ("delete", "restart", "abort"):
        assert post(admin, "/api/eventops", {"type": kind, "all": True})[1]["affected"] == 0
        assert post(admin, "/api/eventops", {"type": kind, "ids": [record.id.hex]})[1]["affected"] == 0
    again = {"topic": "test.other", "hash": record.hash, "reuse": True}
    assert post(admin, "/api/events", again)[0] == 403


@pytest.mark.usefixtures("unchanged")
def test_a_cascade_does_not_reach_it(record: Event) -> None:
    with pytest.raises(IntegrityError, match="neither changed nor deleted"), transaction.atomic():
        Event.objects.filter(pk=record.pk).update(depends_on=make_event().id)


STATEMENTS: list[Callable[[Event], object]] = [
    lambda record: Event.objects.filter(pk=record.pk).update(summary={}),
    lambda record: Event.objects.filter(pk=record.pk).update(topic="test.event"),
    lambda record: Event.objects.filter(pk=record.pk).delete(),
    lambda _record: Event.objects.all().delete(),
    lambda record: record.save(),
    lambda record: record.delete(),
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_what_no_rule_is_asked_about(record: Event, statement: Callable[[Event], object]) -> None:
    with pytest.raises(IntegrityError, match="neither changed nor deleted"), transaction.atomic():
        statement(record)


REPLACEMENTS = [
    "INSERT OR REPLACE INTO events_event ({columns}) SELECT {columns} FROM events_event WHERE id = %(record)s",
    "UPDATE OR REPLACE events_event SET id = %(record)s WHERE id = %(other)s",
]


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL has no REPLACE")
@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("statement", REPLACEMENTS)
def test_sqlite_does_not_replace_it_either(record: Event, statement: str) -> None:
    columns = ", ".join(f'"{each.column}"' for each in Event._meta.concrete_fields)
    ids = {"record": record.id.hex, "other": make_event().id.hex}
    with pytest.raises(IntegrityError, match="neither changed nor deleted"), transaction.atomic():
        connection.cursor().execute(statement.format(columns=columns), ids)


def test_other_events_are_changed_and_deleted_as_ever(record: Event) -> None:
    event = make_event("auditorium.booked")
    Event.objects.filter(pk=event.pk).update(description="new")
    assert operate(Operation(kind="delete", everything=True)).affected == 1
    assert Event.objects.get() == record


def test_a_record_can_be_the_source_of_a_job_that_is_deleted(record: Event) -> None:
    job = enroll(make_request("audit.*"), SERVER)
    assert job is not None
    delete(job.id)
    assert Event.objects.get().position > record.position


def test_the_seal_can_be_taken_off_and_put_on_again(record: Event) -> None:
    sealed = import_module("events.migrations.0007_audit_sealed")
    editor = connection.schema_editor()
    sealed.unseal(apps, editor)
    assert Event.objects.filter(pk=record.pk).delete()[0] == 1
    sealed.seal(apps, editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=audit.record("again", "", by="ann")).delete()
