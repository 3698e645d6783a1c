from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from tests.api.calls import post
from tests.conftest import Publishing
from tests.factories import make_event

EVERYTHING = {
    "topic": "ftrack.leech",
    "sender": "leecher",
    "senderType": "ftrack",
    "hash": "h",
    "project": "alpha",
    "user": "bob",
    "description": "A task was made",
    "summary": {"id": 1},
    "payload": {"n": [1.5, None]},
    "finished": False,
    "store": True,
    "reuse": False,
    "progress": 5,
    "recipients": ["bob"],
}


def test_a_topic_is_enough(api: Client) -> None:
    status, answer = post(api, "/api/events", {"topic": "ftrack.leech"})
    event = Event.objects.get()
    assert (status, answer) == (200, {"id": event.id.hex})
    assert (event.topic, event.status, event.user, event.hash) == ("ftrack.leech", "finished", "service", event.id.hex)
    assert (event.sender, event.sender_type, event.project, event.created_by) == (None, "api", None, None)


def test_everything_that_is_given_is_stored_or_told(api: Client, publishing: Publishing) -> None:
    cause = make_event()
    with publishing() as messages:
        status, answer = post(api, "/api/events", EVERYTHING | {"dependsOn": cause.id.hex})
    event = Event.objects.get(pk=answer["id"])
    assert (status, event.topic, event.sender, event.sender_type) == (200, "ftrack.leech", "leecher", "ftrack")
    assert (event.hash, event.project, event.user, event.created_by) == ("h", "alpha", "bob", "service")
    assert (event.depends_on_id, event.status, event.description) == (cause.id, "pending", "A task was made")
    assert (event.summary, event.payload) == ({"id": 1}, {"n": [1.5, None]})
    assert [(each.event["progress"], each.recipients) for each in messages] == [(5, ("bob",))]


def test_the_same_hash_is_refused_with_the_id_of_the_first(api: Client, publishing: Publishing) -> None:
    _, first = post(api, "/api/events", {"topic": "ftrack.leech", "hash": "h"})
    with publishing() as messages:
        status, answer = post(api, "/api/events", {"topic": "ftrack.leech", "hash": "h"})
    expected = {"code": 409, "detail": "Event with the same hash already exists", "id": first["id"]}
    assert (status, answer) == (409, expected)
    assert (Event.objects.count(), messages) == (1, [])


def test_a_hash_is_reused_when_asked_for(api: Client) -> None:
    first = make_event(hash="h")
    status, answer = post(api, "/api/events", {"topic": "test.other", "hash": "h", "reuse": True})
    assert (status, answer) == (200, {"id": first.id.hex})
    assert Event.objects.get(pk=first.pk).topic == "test.other"


def test_an_event_that_others_depend_on_is_not_reused(api: Client) -> None:
    first = make_event(hash="h")
    make_event(depends_on=first.id)
    status, answer = post(api, "/api/events", {"topic": "test.other", "hash": "h", "reuse": True})
    assert (status, answer) == (409, {"code": 409, "detail": "Other events depend on this event", "children": 1})
    assert not Event.objects.filter(topic="test.other").exists()


def test_a_dependency_must_exist(api: Client, publishing: Publishing) -> None:
    with publishing() as messages:
        status, answer = post(api, "/api/events", {"topic": "test.event", "dependsOn": "0" * 32})
    assert (status, answer) == (409, {"code": 409, "detail": "Event depends on non-existing event"})
    assert (Event.objects.count(), messages) == (0, [])


def test_fire_and_forget_answers_an_id_and_stores_nothing(api: Client, publishing: Publishing) -> None:
    with publishing() as messages:
        status, answer = post(api, "/api/events", {"topic": "test.event", "store": False})
    assert (status, [each.event["id"] for each in messages]) == (200, [answer["id"]])
    assert api.get(f"/api/events/{answer['id']}").status_code == 404


@pytest.mark.parametrize("role", ["artist", "guest"])
@pytest.mark.parametrize("store", [True, False])
def test_who_may_not_dispatch_is_told_so(
    api_as: Callable[[str], Client], publishing: Publishing, role: str, store: bool
) -> None:
    with publishing() as messages:
        status, answer = post(api_as(role), "/api/events", {"topic": "test.event", "store": store})
    verb = "dispatch" if store else "publish"
    detail = f"Not allowed to {verb} test.event: it is not for the role {role.replace('artist', 'user')}"
    assert (status, answer) == (403, {"code": 403, "detail": detail})
    assert (Event.objects.count(), messages) == (0, [])


def test_a_stored_event_takes_few_queries(api: Client, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(9):  # five for the key; a position on SQLite, and the savepoint of a test
        post(api, "/api/events", {"topic": "test.event"})


def test_a_conflict_can_be_answered_with_the_first(api: Client, publishing: Publishing) -> None:
    wanted = {"topic": "ftrack.leech", "hash": "h", "onConflict": "return"}
    _, first = post(api, "/api/events", wanted)
    with publishing() as messages:
        answers = [post(api, "/api/events", wanted | other) for other in ({}, {"topic": "test.other"})]
    event = Event.objects.get()
    assert first == {"id": event.id.hex, "created": True}
    assert answers == [(200, {"id": event.id.hex, "created": False})] * 2
    assert (event.topic, messages) == ("ftrack.leech", [])


def test_a_conflict_can_be_asked_to_be_refused(api: Client) -> None:
    first = make_event(hash="h")
    status, answer = post(api, "/api/events", {"topic": "test.event", "hash": "h", "on_conflict": "refuse"})
    assert (status, answer["id"]) == (409, first.id.hex)
    status, answer = post(api, "/api/events", {"topic": "test.event", "onConflict": "refuse"})
    assert (status, list(answer)) == (200, ["id"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"onConflict": "ignore"}, "expected refuse or return"),
        ({"onConflict": True}, "expected a text"),
        ({"onConflict": "return", "reuse": True}, "expected no reuse along with return"),
    ],
)
def test_what_to_do_on_a_conflict_is_checked(
    api: Client, publishing: Publishing, body: dict[str, object], message: str
) -> None:
    with publishing() as messages:
        status, answer = post(api, "/api/events", {"topic": "test.event", "hash": "h"} | body)
    assert (status, [(each["loc"], each["msg"]) for each in answer["errors"]]) == (400, [(["onConflict"], message)])
    assert (Event.objects.count(), messages) == (0, [])
