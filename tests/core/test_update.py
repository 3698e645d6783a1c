import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from events import update_event
from events.errors import EventMissing, InvalidField
from events.models import Event
from tests.conftest import Publishing
from tests.factories import make_event

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "sender": "tab",
    "sender_type": "ui",
    "project": "alpha",
    "user": "bob",
    "status": "in_progress",
    "description": "first",
    "summary": {"a": 1},
    "payload": {"b": 2},
    "retries": 1,
}
NEW: dict[str, Any] = {
    "sender": "other tab",
    "sender_type": "worker",
    "project": "beta",
    "user": "eve",
    "status": "failed",
    "description": "",
    "summary": {},
    "payload": {"c": [3]},
    "retries": 0,
}


@pytest.fixture
def event() -> Event:
    """An event that has a value in every field."""
    event = make_event(hash="h", depends_on=make_event("test.cause").id)
    Event.objects.filter(pk=event.pk).update(**FULL)
    return Event.objects.get(pk=event.pk)


def values(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = Event.objects.filter(pk=event.pk).values(*FULL).get()
    return found


@pytest.mark.parametrize("name", NEW)
def test_one_field_changes_and_no_other(event: Event, name: str) -> None:
    update_event(event.id.hex, **{name: NEW[name]})
    assert values(event) == FULL | {name: NEW[name]}


def test_all_fields_change_at_once(event: Event) -> None:
    update_event(event.id, **NEW)
    assert values(event) == NEW


def test_what_an_event_is_does_not_change(event: Event) -> None:
    update_event(event.id, **NEW)
    now = Event.objects.get(pk=event.pk)
    for name in ("hash", "topic", "depends_on_id", "created_at", "created_by", "creation_order"):
        assert getattr(now, name) == getattr(event, name)


def test_a_change_moves_the_event_to_the_end_of_the_stream(event: Event) -> None:
    later = make_event()
    before = timezone.now()
    update_event(event.id, description="new")
    now = Event.objects.get(pk=event.pk)
    assert now.position > later.position
    assert before <= now.updated_at <= timezone.now()


def test_none_leaves_a_field_as_it_is(event: Event) -> None:
    update_event(event.id, **dict.fromkeys(NEW), progress=None)
    assert values(event) == FULL


@pytest.mark.parametrize("sender", [{}, {"sender": "other tab", "sender_type": "worker"}])
def test_progress_is_told_and_not_stored(event: Event, publishing: Publishing, sender: dict[str, Any]) -> None:
    with publishing() as messages:
        update_event(event.id, progress=40.5, **sender)
    now = Event.objects.get(pk=event.pk)
    assert values(event) == FULL
    assert (now.position, now.updated_at) == (event.position, event.updated_at)
    assert [each.event["progress"] for each in messages] == [40.5]
    told = (messages[0].event["sender"], messages[0].event["senderType"])
    assert told == (("other tab", "worker") if sender else ("tab", "ui"))


def test_progress_with_another_change_is_told_with_it(event: Event, publishing: Publishing) -> None:
    with publishing() as messages:
        update_event(event.id, progress=100, status="finished", sender="other tab")
    assert values(event) == FULL | {"status": "finished", "sender": "other tab"}
    assert [(each.event["progress"], each.event["status"]) for each in messages] == [(100, "finished")]


def test_the_message_tells_all_but_payload(event: Event, publishing: Publishing) -> None:
    with publishing() as messages:
        update_event(event.id, **NEW, recipients=["eve"])
    now = Event.objects.get(pk=event.pk)
    expected = {
        "id": event.id.hex,
        "topic": "test.event",
        "project": "beta",
        "user": "eve",
        "sender": "other tab",
        "senderType": "worker",
        "dependsOn": Event.objects.get(topic="test.cause").id.hex,
        "status": "failed",
        "description": "",
        "summary": {},
        "createdAt": now.created_at.isoformat(),
        "updatedAt": now.updated_at.isoformat(),
    }
    assert [json.loads(each.frame) for each in messages] == [expected]
    assert (messages[0].recipients, messages[0].is_update) == (("eve",), True)


@pytest.mark.parametrize("before", ["pending", "in_progress", "finished", "failed", "aborted", "restarted"])
@pytest.mark.parametrize("after", ["pending", "in_progress", "finished", "failed", "aborted", "restarted"])
def test_any_status_follows_any_other(event: Event, before: str, after: str) -> None:
    Event.objects.filter(pk=event.pk).update(status=before)
    update_event(event.id, status=after)
    assert values(event) == FULL | {"status": after}


def test_what_does_not_exist_is_not_updated(publishing: Publishing) -> None:
    with publishing() as messages:
        for changes in ({"progress": 5}, {"description": "new"}):
            with pytest.raises(EventMissing):
                update_event(uuid4(), **changes)
    assert (Event.objects.count(), messages) == (0, [])


def test_an_id_must_be_one() -> None:
    with pytest.raises(InvalidField) as refusal:
        update_event("nobody", description="new")
    assert refusal.value.field == "eventId"


def test_an_update_that_is_rolled_back_never_was(event: Event, publishing: Publishing) -> None:
    with publishing() as messages, transaction.atomic():
        update_event(event.id, **NEW)
        transaction.set_rollback(True)
    assert (values(event), messages) == (FULL, [])


@pytest.mark.django_db(transaction=True)
def test_two_updates_of_different_fields_both_count() -> None:
    event = make_event()
    start = threading.Barrier(2)

    def work(name: str) -> None:
        start.wait(10)
        for number in range(25):
            update_event(event.id, **{name: {"n": number}})  # type: ignore[arg-type] # a dict for either name
        connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("summary", "payload")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    now = Event.objects.get()
    assert (now.summary, now.payload) == ({"n": 24}, {"n": 24})
