from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Event
from tests.factories import change, make_event

FIELDS = {
    *("id", "topic", "project", "user", "createdBy", "sender", "senderType", "dependsOn", "status", "retries"),
    *("hash", "description", "summary", "createdAt", "updatedAt"),
}


def hashes(api: Client, query: str = "") -> list[str]:
    answer = api.get(f"/api/events{query}")
    assert answer.status_code == 200
    return [event["hash"] for event in answer.json()["events"]]


def test_the_newest_event_comes_first(api: Client) -> None:
    oldest = make_event(hash="1")
    make_event(hash="2")
    change(oldest.id, description="changed")
    answer = api.get("/api/events").json()
    assert [event["hash"] for event in answer["events"]] == ["2", "1"]
    assert (answer["next"], answer["previous"]) == (None, None)


def test_an_event_has_all_but_its_payload(api: Client) -> None:
    make_event(payload={"secret": 1}, summary={"a": 1})
    (event,) = api.get("/api/events").json()["events"]
    assert set(event) == FIELDS
    assert event["summary"] == {"a": 1}


@pytest.fixture
def many(api: Client) -> list[str]:
    """Events to be told apart by every filter; their hashes, the newest first."""
    make_event("test.one", hash="1", project="alpha")
    make_event("test.two", hash="2", user="bob", finished=False)
    cause = make_event("other.one", hash="3")
    make_event("other.two", hash="4", depends_on=cause.id)
    change(Event.objects.get(hash="4").id, status="failed")
    Event.objects.filter(hash="1").update(created_at=timezone.now() - timedelta(days=2))
    return ["4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "4321"),
        ("?topic=test.one", "1"),
        ("?topic=test.*", "21"),
        ("?topic=test.one,other.*", "431"),
        ("?topic=*.two", "42"),
        ("?topic=none.*", ""),
        ("?project=alpha", "1"),
        ("?user=bob", "2"),
        ("?hash=3", "3"),
        ("?status=pending", "2"),
        ("?status=pending&status=failed", "42"),
        ("?status=finished&topic=test.*", "1"),
        ("?topic=&project=", "4321"),
        ("?unknown=1", "4321"),
        ("?limit=5000", "4321"),
        ("?limit=2", "43"),
    ],
)
def test_filters_narrow_the_list_down(api: Client, many: list[str], query: str, expected: str) -> None:
    assert hashes(api, query) == list(expected)


@pytest.mark.parametrize("name", ["dependsOn", "depends_on"])
def test_the_children_of_an_event(api: Client, many: list[str], name: str) -> None:
    assert hashes(api, f"?{name}={Event.objects.get(hash='3').id.hex}") == ["4"]


def test_the_time_of_creation(api: Client, many: list[str]) -> None:
    yesterday = quote((timezone.now() - timedelta(days=1)).isoformat())
    assert hashes(api, f"?created_after={yesterday}") == ["4", "3", "2"]
    assert hashes(api, f"?created_before={yesterday}") == ["1"]
    exactly = quote(Event.objects.get(hash="3").created_at.isoformat())
    assert hashes(api, f"?created_after={exactly}") == ["4"]
    assert hashes(api, f"?created_before={exactly}") == ["2", "1"]


def test_pages_lead_through_everything_and_back(api: Client) -> None:
    for number in range(250):
        make_event(hash=str(number))
    pages: list[list[str]] = []
    forward: str | None = "/api/events?limit=60"
    last = ""
    while forward:
        answer = api.get(forward).json()
        pages.append([event["hash"] for event in answer["events"]])
        make_event("test.later")  # what is new belongs before the first page and shifts nothing
        last, forward = forward, answer["next"]
    assert [len(page) for page in pages] == [60, 60, 60, 60, 10]
    assert [each for page in pages for each in page] == [str(number) for number in reversed(range(250))]
    before_last = api.get(api.get(last).json()["previous"]).json()
    assert [event["hash"] for event in before_last["events"]] == pages[-2]


def test_a_page_has_a_hundred_events_and_at_most_a_thousand(api: Client) -> None:
    Event.objects.bulk_create(
        Event(hash=str(number), topic="test.event", position=10**12 + number, creation_order=10**12 + number)
        for number in range(1001)
    )
    assert len(hashes(api)) == 100
    assert len(hashes(api, "?limit=1001")) == 1000


def test_a_page_takes_one_query_and_its_reader_five(api: Client, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        make_event(depends_on=make_event().id)
    with django_assert_num_queries(6):
        assert len(hashes(api)) == 6


@pytest.mark.parametrize(
    ("role", "expected"),
    [("admin", "4321"), ("manager", "4321"), ("service", "4321"), ("artist", "41"), ("guest", "")],
)
def test_who_sees_what(api_as: Callable[[str], Client], role: str, expected: str) -> None:
    make_event(hash="1", project="alpha", user="artist")
    make_event(hash="2", project="alpha", user="bob")
    make_event(hash="3", project="beta", user="artist")
    make_event(hash="4", user="artist")
    assert hashes(api_as(role)) == list(expected)


@pytest.mark.parametrize(("after", "before"), [("created_after", "created_before"), ("createdAfter", "createdBefore")])
def test_times_are_named_in_either_style(api: Client, after: str, before: str) -> None:
    make_event(hash="h")
    assert hashes(api, f"?{after}=2099-01-01T00:00:00Z") == []
    assert hashes(api, f"?{before}=2000-01-01T00:00:00Z") == []
    assert hashes(api, f"?{after}=2000-01-01T00:00:00Z&{before}=2099-01-01T00:00:00Z") == ["h"]
    assert api.get(f"/api/events?{after}=zz").status_code == 400
