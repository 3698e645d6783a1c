import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from events import bus, dispatch_event, relay
from events.actor import Actor
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.errors import DependencyMissing, HashConflict, InvalidField
from events.message import Envelope
from events.models import Event
from tests.conftest import Publishing
from tests.factories import make_event

pytestmark = pytest.mark.django_db
MANAGER = Actor(name="mia", has_manager_role=True)

DEFAULTS: dict[str, Any] = {
    "topic": "test.event",
    "sender": None,
    "sender_type": None,
    "project": None,
    "user": "server",
    "created_by": None,
    "depends_on_id": None,
    "status": "finished",
    "retries": 0,
    "description": "",
    "summary": {},
    "payload": {},
}


def stored(event_id: UUID | str) -> dict[str, Any]:
    values: dict[str, Any] = Event.objects.filter(pk=event_id).values(*DEFAULTS).get()
    return values


def test_a_topic_is_enough() -> None:
    before = timezone.now()
    event_id = dispatch_event("test.event")
    assert stored(event_id) == DEFAULTS
    event = Event.objects.get()
    assert (event.id.hex, event.hash) == (event_id, event_id)
    assert before <= event.created_at == event.updated_at <= timezone.now()
    assert event.position > 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender", "houdini-4"),
        ("sender_type", "publisher"),
        ("project", "alpha"),
        ("description", "A folder was made"),
        ("summary", {"id": "é😀", "n": [1, 2.5, None]}),
        ("payload", {"deep": {"er": [True]}}),
    ],
)
def test_what_is_given_is_stored(name: str, value: Any) -> None:
    assert stored(dispatch_event("test.event", **{name: value})) == DEFAULTS | {name: value}


def test_an_event_in_somebodys_name_keeps_who_dispatched_it() -> None:
    expected = DEFAULTS | {"user": "bob", "created_by": "mia"}
    assert stored(dispatch(NewEvent(topic="test.event", user="bob"), MANAGER)) == expected


@pytest.mark.parametrize("user", ["mia", None])
def test_an_event_in_the_own_name_has_no_other_creator(user: str | None) -> None:
    assert stored(dispatch(NewEvent(topic="test.event", user=user), MANAGER)) == DEFAULTS | {"user": "mia"}


def test_an_unfinished_event_is_pending() -> None:
    assert stored(dispatch_event("test.event", finished=False)) == DEFAULTS | {"status": "pending"}


@pytest.mark.parametrize("of_type", [str, UUID])
def test_an_event_depends_on_another(of_type: type) -> None:
    cause = make_event().id
    event_id = dispatch_event("test.event", depends_on=cause.hex if of_type is str else cause)
    assert stored(event_id) == DEFAULTS | {"depends_on_id": cause}


def test_an_event_that_depends_on_nothing_that_exists_is_refused(publishing: Publishing) -> None:
    deleted = make_event().id
    delete(deleted)
    for cause in (deleted, uuid4()):
        with publishing() as messages, pytest.raises(DependencyMissing):
            dispatch_event("test.event", depends_on=cause)
        assert (Event.objects.count(), messages) == (0, [])


def test_what_an_event_depends_on_is_an_id() -> None:
    with pytest.raises(InvalidField, match="32 hexadecimal") as refusal:
        dispatch_event("test.event", depends_on="ABC")
    assert refusal.value.field == "dependsOn"


def test_a_hash_is_stored_once(publishing: Publishing) -> None:
    first = dispatch_event("test.event", hash="h", description="first")
    with publishing() as messages, pytest.raises(HashConflict) as conflict:
        dispatch_event("test.other", hash="h")
    assert conflict.value.details == {"id": first}
    assert messages == []
    assert Event.objects.get().description == "first"


def test_a_conflict_leaves_the_transaction_usable() -> None:
    dispatch_event("test.event", hash="h")
    with transaction.atomic():
        with pytest.raises(HashConflict):
            dispatch_event("test.event", hash="h")
        dispatch_event("test.event", hash="other")
    assert sorted(Event.objects.values_list("hash", flat=True)) == ["h", "other"]


def test_the_message_tells_everything_but_payload_and_hash(publishing: Publishing) -> None:
    cause = make_event().id.hex
    given: dict[str, Any] = {"project": "alpha", "sender": "tab", "sender_type": "ui", "summary": {"id": 1}}
    with publishing() as messages:
        event_id = dispatch_event("test.event", **given, payload={"secret": 1}, hash="h", depends_on=cause)
    event = Event.objects.get(pk=event_id)
    expected: dict[str, Any] = {
        "id": event_id,
        "topic": "test.event",
        "project": "alpha",
        "user": "server",
        "sender": "tab",
        "senderType": "ui",
        "dependsOn": cause,
        "status": "finished",
        "description": "",
        "summary": {"id": 1},
        "createdAt": event.created_at.isoformat(),
        "updatedAt": event.updated_at.isoformat(),
        "progress": 100.0,
        "store": True,
    }
    assert [json.loads(each.frame) for each in messages] == [expected]
    assert expected["createdAt"].endswith("+00:00")
    assert (messages[0].topic, messages[0].project, messages[0].user) == ("test.event", "alpha", "server")
    assert (messages[0].event, messages[0].recipients, messages[0].is_update) == (expected, None, False)


@pytest.mark.parametrize(("fields", "progress"), [({}, 100), ({"finished": False}, 0), ({"progress": 7.5}, 7.5)])
def test_the_progress_is_told_and_not_stored(publishing: Publishing, fields: Any, progress: float) -> None:
    with publishing() as messages:
        dispatch_event("test.event", **fields)
    assert [each.event["progress"] for each in messages] == [progress]


def test_fire_and_forget_stores_nothing(publishing: Publishing) -> None:
    make_event(hash="h")
    with publishing() as messages:
        event_id = dispatch_event("test.note", store=False, hash="h", depends_on=uuid4())
    assert [(each.event["id"], each.event["store"]) for each in messages] == [(event_id, False)]
    assert not Event.objects.filter(topic="test.note").exists()


@pytest.mark.parametrize("recipients", [["artist", "bob"], []])
def test_recipients_go_with_the_message_and_not_into_it(publishing: Publishing, recipients: list[str]) -> None:
    with publishing() as messages:
        dispatch_event("test.event", recipients=recipients)
    assert [each.recipients for each in messages] == [tuple(recipients)]
    assert "recipients" not in messages[0].event


@pytest.mark.parametrize("store", [True, False])
def test_what_is_rolled_back_never_was(publishing: Publishing, store: bool) -> None:
    with publishing() as messages, transaction.atomic():
        dispatch_event("test.event", store=store)
        transaction.set_rollback(True)
    assert (Event.objects.count(), messages) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_a_dead_bus_does_not_fail_the_write(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def dead(_envelope: Envelope) -> None:
        raise ConnectionError("nobody there")

    monkeypatch.setattr(bus, "_is_away", False)
    monkeypatch.setattr(relay, "is_needed", lambda: True)
    monkeypatch.setattr(relay, "send", dead)
    dispatch_event("test.event")
    assert Event.objects.count() == 1
    assert "The bus is away, and test.event is not told: nobody there" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_message_waits_for_the_commit(published: list[str]) -> None:
    with transaction.atomic():
        dispatch_event("test.event")
        assert published == []
    assert published == ["test.event"]
