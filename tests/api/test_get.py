from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from events.models import Event
from tests.factories import make_event


def test_an_event_has_all_its_fields(api: Client) -> None:
    cause = make_event("test.cause")
    given: dict[str, Any] = {
        "hash": "h",
        "sender": "tab",
        "sender_type": "ui",
        "project": "alpha",
        "user": "bob",
        "description": "A folder was made",
        "summary": {"id": 1},
        "payload": {"newValue": "Approved"},
    }
    event = make_event("entity.folder.created", depends_on=cause.id, **given)
    answer = api.get(f"/api/events/{event.id.hex}")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": event.id.hex,
        "hash": "h",
        "topic": "entity.folder.created",
        "sender": "tab",
        "senderType": "ui",
        "project": "alpha",
        "user": "bob",
        "createdBy": "server",
        "dependsOn": cause.id.hex,
        "status": "finished",
        "retries": 0,
        "description": "A folder was made",
        "summary": {"id": 1},
        "payload": {"newValue": "Approved"},
        "createdAt": event.created_at.isoformat(),
        "updatedAt": event.updated_at.isoformat(),
    }


def test_what_was_not_given_is_null_or_empty(api: Client) -> None:
    found = api.get(f"/api/events/{make_event().id.hex}").json()
    assert {name for name, value in found.items() if value is None} == {
        *("sender", "senderType", "project", "createdBy", "dependsOn"),
    }
    assert (found["summary"], found["payload"], found["description"], found["user"]) == ({}, {}, "", "server")


def test_an_event_that_does_not_exist_is_not_found(api: Client) -> None:
    answer = api.get(f"/api/events/{uuid4().hex}")
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "detail": "Event not found"})


NO_PROJECT = {"code": 403, "detail": "No access group assigned on this project"}
GUEST = {"code": 403, "detail": "Guest users are not allowed to access events"}


@pytest.mark.parametrize(
    ("role", "project", "refusal"),
    [
        ("admin", "beta", None),
        ("manager", "beta", None),
        ("service", "beta", None),
        ("artist", "alpha", None),
        ("artist", None, None),
        ("artist", "beta", NO_PROJECT),
        ("guest", "alpha", GUEST),
        ("guest", None, GUEST),
    ],
)
def test_who_may_read(
    api_as: Callable[[str], Client], role: str, project: str | None, refusal: dict[str, object] | None
) -> None:
    event = make_event(project=project, payload={"mark": 1})
    answer = api_as(role).get(f"/api/events/{event.id.hex}")
    if refusal:
        assert (answer.status_code, answer.json()) == (403, refusal)
    else:
        assert (answer.status_code, answer.json()["payload"]) == (200, {"mark": 1})


def test_reading_changes_nothing(api: Client) -> None:
    event = make_event()
    before = Event.objects.filter(pk=event.pk).values().get()
    api.get(f"/api/events/{event.id.hex}")
    assert Event.objects.filter(pk=event.pk).values().get() == before


def test_an_event_takes_one_query_and_its_reader_five(api: Client, django_assert_num_queries: Any) -> None:
    event = make_event()
    with django_assert_num_queries(6):
        api.get(f"/api/events/{event.id.hex}")
