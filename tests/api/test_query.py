from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.api.calls import post
from tests.factories import make_event


def ask(api: Client, **body: object) -> Any:
    status, found = post(api, "/api/query", {"entity": "event", **body})
    assert status == 200, found
    return found


def test_a_whole_event_is_in_snake_case(api: Client) -> None:
    source = make_event("test.source")
    event = make_event(
        "test.event",
        sender="leecher",
        sender_type="ftrack",
        hash="h",
        project="alpha",
        user="bob",
        depends_on=source.id,
        description="A task",
        summary={"camelCase": 1},
        payload={"newValue": None},
    )
    [found] = ask(api, filter={"conditions": [{"key": "depends_on", "value": source.id.hex}]})
    assert found == {
        "id": event.id.hex,
        "hash": "h",
        "topic": "test.event",
        "project": "alpha",
        "user": "bob",
        "sender": "leecher",
        "sender_type": "ftrack",
        "depends_on": source.id.hex,
        "status": "finished",
        "retries": 0,
        "description": "A task",
        "summary": {"camelCase": 1},
        "payload": {"newValue": None},
        "created_at": event.created_at.isoformat(),
        "updated_at": event.updated_at.isoformat(),
        "created_by": "server",
    }


def test_what_is_null_is_left_out(api: Client) -> None:
    make_event("test.event")
    [found] = ask(api)
    assert set(found) == {
        *("id", "hash", "topic", "user", "status", "retries", "description", "summary", "payload"),
        *("created_at", "updated_at"),
    }


def test_the_newest_come_first_in_pages(api: Client) -> None:
    made = [make_event(f"test.event{number}").id.hex for number in range(105)]
    newest_first = made[::-1]
    assert [each["id"] for each in ask(api)] == newest_first[:100]
    assert [each["id"] for each in ask(api, offset=100)] == newest_first[100:]
    assert [each["id"] for each in ask(api, limit=2, offset=3)] == newest_first[3:5]
    assert [each["id"] for each in ask(api, limit=1000)] == newest_first
    assert ask(api, offset=105) == []


def test_an_empty_filter_restricts_nothing(api: Client) -> None:
    make_event()
    nothing: list[object] = [{}, None, {"conditions": []}]
    assert [len(ask(api, filter=each)) for each in nothing] == [1, 1, 1]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"entity": None}, "entity"),
        ({"entity": "folder"}, "entity"),
        ({"entity": "project"}, "entity"),
        ({"entity": 5}, "entity"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 10**30}, "offset"),
        ({"filter": []}, "filter"),
        (
            {"filter": {"conditions": [{"key": "topic", "operator": "near", "value": "x"}]}},
            "filter.conditions[0].operator",
        ),
        ({"filter": {"conditions": [{"conditions": 5}]}}, "filter.conditions[0].conditions"),
    ],
)
def test_a_bad_value_is_refused_and_its_field_is_named(api: Client, wrong: dict[str, Any], name: str) -> None:
    make_event()
    status, answer = post(api, "/api/query", {"entity": "event", **wrong})
    assert (status, [each["loc"] for each in answer["errors"]]) == (400, [[name]])


@pytest.mark.parametrize("role", ["manager", "artist", "guest"])
def test_only_operators_may(api_as: Callable[[str], Client], role: str) -> None:
    make_event(project="alpha", user=role)
    answer = post(api_as(role), "/api/query", {"entity": "event"})
    detail = f"Not allowed to query events: it is not for the role {role.replace('artist', 'user')}"
    assert answer == (403, {"code": 403, "detail": detail})


def test_an_admin_may(api_as: Callable[[str], Client]) -> None:
    make_event()
    assert len(ask(api_as("admin"))) == 1


def test_nobody_may_not(db: None) -> None:
    assert post(Client(), "/api/query", {"entity": "event"}) == (
        401,
        {"code": 401, "detail": "Access token is missing"},
    )


def test_one_query_is_enough(api: Client, settings: Any, django_assert_num_queries: Callable[..., Any]) -> None:
    settings.EVENTS_CREDENTIAL_CACHE_SECONDS = 60.0
    for _ in range(5):
        make_event()
    ask(api)
    with django_assert_num_queries(1):
        assert len(ask(api)) == 5
