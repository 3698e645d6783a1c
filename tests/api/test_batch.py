import math
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.api.calls import post
from tests.conftest import POSTGRES, Publishing
from tests.factories import make_event

TOPIC = {"topic": "ftrack.leech"}


def batch(api: Client, *events: Any, **options: Any) -> tuple[int, Any]:
    return post(api, "/api/events/batch", {"events": events}, **options)


def test_every_event_is_stored_and_told_in_order(api: Client, publishing: Publishing) -> None:
    cause = make_event()
    with publishing() as messages:
        status, answer = batch(api, TOPIC | {"hash": "b"}, TOPIC | {"hash": "a"}, TOPIC | {"dependsOn": cause.id.hex})
    stored = list(Event.objects.filter(topic="ftrack.leech").order_by("position"))
    assert (status, answer["refused"]) == (200, 0)
    assert answer["results"] == [{"id": event.id.hex, "created": True} for event in stored]
    assert [event.hash for event in stored] == ["b", "a", stored[2].id.hex]
    assert [event.position for event in stored] == [event.creation_order for event in stored]
    assert (stored[2].depends_on_id, stored[2].user, stored[2].sender_type) == (cause.id, "service", "api")
    assert [message.event["id"] for message in messages] == [event.id.hex for event in stored]


def test_an_event_of_a_batch_is_what_it_would_be_alone(api: Client) -> None:
    given = {
        "topic": "test.event",
        "sender": "leecher",
        "project": "alpha",
        "user": "bob",
        "description": 'Zoë\'s "shot"\n\\ ⁂😀',
        "summary": {"n": [1.5, None, True, 2**70], "text": "\\u0000 'quoted' $1 %s"},
        "payload": {"deep": {"er": [{}]}},
        "finished": False,
    }
    _, answer = batch(api, given)
    _, alone = post(api, "/api/events", given)
    facts = [api.get(f"/api/events/{each['id']}").json() for each in (answer["results"][0], alone)]
    for fact in facts:
        assert fact.pop("id") == fact.pop("hash")
        assert fact.pop("createdAt") == fact.pop("updatedAt")
    assert facts[0] == facts[1]


def test_a_hash_that_is_taken_gives_the_id_of_its_event(api: Client, publishing: Publishing) -> None:
    first = make_event("ftrack.leech", hash="a")
    with publishing() as messages:
        status, answer = batch(api, TOPIC | {"hash": "a"}, TOPIC | {"hash": "b"}, TOPIC | {"hash": "b", "project": "x"})
    second = Event.objects.get(hash="b")
    assert (status, answer["results"]) == (
        200,
        [
            {"id": first.id.hex, "created": False},
            {"id": second.id.hex, "created": True},
            {"id": second.id.hex, "created": False},
        ],
    )
    assert (second.project, Event.objects.count()) == (None, 2)
    assert [message.event["id"] for message in messages] == [second.id.hex]


def test_what_is_refused_is_named_and_keeps_nobody_out(api: Client, publishing: Publishing) -> None:
    with publishing() as messages:
        status, answer = batch(
            api,
            TOPIC,
            {"topic": "x", "project": "-"},
            {"topic": 1, "finished": "yes"},
            "text",
            TOPIC | {"dependsOn": "0" * 32},
            TOPIC | {"dependsOn": "0"},
            TOPIC | {"hash": "h", "reuse": True},
            TOPIC,
        )
    ids = [message.event["id"] for message in messages]
    assert (status, answer["refused"]) == (200, 6)
    assert answer["results"][0] == {"id": ids[0], "created": True}
    assert answer["results"][7] == {"id": ids[1], "created": True}
    refused = answer["results"][1:7]
    assert [(each["index"], each["code"]) for each in refused] == [
        (1, 400),
        (2, 400),
        (3, 400),
        (4, 409),
        (5, 400),
        (6, 400),
    ]
    assert [[problem["loc"] for problem in each.get("errors", [])] for each in refused] == [
        [["topic"]],
        [["topic"], ["finished"]],
        [["body"]],
        [],
        [["dependsOn"]],
        [["reuse"]],
    ]
    assert refused[3] == {"index": 4, "code": 409, "detail": "Event depends on non-existing event"}
    assert refused[5]["errors"] == [{"loc": ["reuse"], "msg": "expected false in a batch", "type": "value_error"}]
    assert set(Event.objects.values_list("topic", flat=True)) == {"ftrack.leech"}
    assert Event.objects.count() == 2


def test_fire_and_forget_is_told_in_its_place_and_not_stored(api: Client, publishing: Publishing) -> None:
    with publishing() as messages:
        _, answer = batch(api, TOPIC | {"hash": "h"}, TOPIC | {"store": False, "hash": "h"}, TOPIC)
    assert [each["created"] for each in answer["results"]] == [True, True, True]
    assert [message.event["id"] for message in messages] == [each["id"] for each in answer["results"]]
    assert [message.event["store"] for message in messages] == [True, False, True]
    assert Event.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("events", "This field is required.")),
        ({"events": {}}, ("events", "expected a list")),
        ([TOPIC], ("body", "expected an object")),
        ({"events": [TOPIC] * 1001}, ("events", "expected at most 1000 events, got 1001")),
    ],
)
def test_what_is_no_batch_changes_nothing(
    api: Client, publishing: Publishing, body: Any, problem: tuple[str, str]
) -> None:
    with publishing() as messages:
        status, answer = post(api, "/api/events/batch", body)
    assert status == 400
    assert [(*each["loc"], each["msg"]) for each in answer["errors"]] == [problem]
    assert (Event.objects.count(), messages) == (0, [])


def test_an_empty_batch_is_none(api: Client) -> None:
    assert batch(api) == (200, {"results": [], "refused": 0})


@pytest.mark.parametrize("role", ["artist", "guest"])
def test_who_may_not_dispatch_is_told_so(api_as: Callable[[str], Client], publishing: Publishing, role: str) -> None:
    with publishing() as messages:
        status, answer = batch(api_as(role), TOPIC, TOPIC | {"store": False})
    detail = f"Not allowed to dispatch ftrack.leech: it is not for the role {role.replace('artist', 'user')}"
    assert (status, answer) == (403, {"code": 403, "detail": detail})
    assert (Event.objects.count(), messages) == (0, [])


def test_a_thousand_events_are_one_statement(api: Client) -> None:
    events = [TOPIC | {"hash": f"h{number % 998}"} for number in range(1000)]
    with CaptureQueriesContext(connection) as queries:
        _, answer = batch(api, *events)
    inserts = [each["sql"] for each in queries if each["sql"].startswith("INSERT")]
    rows = 998 if POSTGRES else 999 // len(Event._meta.concrete_fields)  # SQLite takes 999 parameters at a time
    assert len(inserts) == math.ceil(998 / rows)
    assert len(queries) - len(inserts) <= 9  # three for the key, the savepoint of a test, positions
    assert [each["created"] for each in answer["results"]] == [True] * 998 + [False] * 2
    stored = Event.objects.order_by("position").values_list("hash", flat=True)
    assert list(stored) == [f"h{number}" for number in range(998)]
