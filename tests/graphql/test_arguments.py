from datetime import UTC, datetime

import pytest
from django.test import Client

from events.models import Event
from tests.factories import make_event
from tests.graphql.asking import EVERY_ARGUMENT, refusal, topics


@pytest.mark.parametrize("argument", ["ids", "topics", "projects", "users", "states", "statuses"])
def test_an_empty_list_finds_nothing(api: Client, argument: str) -> None:
    make_event()
    assert topics(api, **{argument: []}) == []
    assert topics(api, **{argument: None}) == ["test.event"]


@pytest.mark.parametrize("argument", ["filter", "before", "after", "olderThan", "newerThan"])
def test_an_empty_text_does_not_narrow_anything_down(api: Client, argument: str) -> None:
    make_event()
    assert topics(api, **{argument: ""}) == ["test.event"]


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        (["test.one"], ["test.one"]),
        (["test.*"], ["test.one", "test.two"]),
        (["*.one"], ["other.one", "test.one"]),
        (["*"], ["log.info", "other.one", "test.one", "test.two"]),
        (["test.two", "other.*"], ["other.one", "test.two"]),
        (["log.*"], ["log.info"]),
        (["test_one", "test.on"], []),
    ],
)
def test_topics_may_have_wildcards_and_ask_for_logs(api: Client, patterns: list[str], found: list[str]) -> None:
    for topic in ("test.one", "test.two", "other.one", "log.info"):
        make_event(topic)
    assert sorted(topics(api, topics=patterns)) == found


def test_logs_are_hidden_unless_asked_for(api: Client) -> None:
    ids = [make_event(topic).id.hex for topic in ("log.info", "logistics.order")]
    assert topics(api) == ["logistics.order"]
    assert topics(api, ids=ids) == ["logistics.order"]
    assert topics(api, includeLogs=True) == ["log.info", "logistics.order"]


@pytest.mark.parametrize("topic", ["", "a b", "test.%", "1x", "a*b*c*d*e", "x" * 66, "\u0000"])
def test_a_wrong_topic_is_an_error_that_names_the_argument(api: Client, topic: str) -> None:
    message, code = refusal(api, EVERY_ARGUMENT, topics=["test.*", topic])
    assert (message.partition(":")[0], code) == ("topics", "invalid_field")


def test_projects_and_users_are_names(api: Client) -> None:
    for name in ("alpha", "beta", "gamma"):
        make_event(f"test.{name}", project=name, user=name)
    assert topics(api, projects=["alpha", "gamma", "nobody\u0000", "Beta"]) == ["test.alpha", "test.gamma"]
    assert topics(api, users=["beta", "\u0000"]) == ["test.beta"]
    assert topics(api, projects=["alpha"], users=["beta"]) == []


def test_statuses_are_alternatives_and_unknown_ones_find_nothing(api: Client) -> None:
    for status in ("finished", "failed", "aborted"):
        Event.objects.filter(pk=make_event(f"test.{status}").pk).update(status=status)
    assert topics(api, statuses=["failed", "aborted", "lost"]) == ["test.failed", "test.aborted"]
    assert topics(api, states=["finished", "failed"]) == ["test.finished", "test.failed"]
    assert topics(api, statuses=["aborted"], states=["failed"]) == ["test.aborted"]
    assert topics(api, statuses=["lost", "Finished", "\u0000"]) == []


def test_children_are_the_events_that_depend_on_one(api: Client) -> None:
    source = make_event("test.source")
    make_event("test.job", depends_on=source.id)
    make_event("test.alone")
    assert topics(api, hasChildren=True) == ["test.source"]
    assert topics(api, hasChildren=False) == ["test.job", "test.alone"]


def test_dates_are_strict(api: Client) -> None:
    for day in (1, 2, 3):
        made = make_event(f"test.{day}")
        Event.objects.filter(pk=made.pk).update(created_at=datetime(2026, 5, day, 12, tzinfo=UTC))
    assert topics(api, olderThan="2026-05-02T12:00:00+00:00") == ["test.1"]
    assert topics(api, newerThan="2026-05-02T12:00:00Z") == ["test.3"]
    assert topics(api, newerThan="2026-05-02T12:00:00") == ["test.3"]
    assert topics(api, olderThan="2026-05-02T14:00:01+02:00", newerThan="2026-05-02") == ["test.2"]


@pytest.mark.parametrize("argument", ["olderThan", "newerThan"])
@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00", "\u0000", "1780000000"])
def test_a_wrong_date_is_an_error_that_names_the_argument(api: Client, argument: str, text: str) -> None:
    expected = f"{argument}: expected a time in ISO 8601, such as 2026-05-31T12:00:00+00:00"
    assert refusal(api, EVERY_ARGUMENT, **{argument: text}) == (expected, "invalid_field")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("approved", ["a.one"]),
        ("BIG_hero", ["a.two"]),
        ("grün", ["a.two"]),
        ("GRÜN", ["a.two"]),
        ("rose", ["a.two"]),
        ("a.one", ["a.one"]),
        ("  APPROVED   alpha ", ["a.one"]),
        ("approved rose", []),
        ("no 50 of", ["a.one", "a.two"]),
        ("50%", ["a.one"]),
        ("g_o", []),
        ("g%o", []),
        ("(.*)", []),
        ("Ü.*", []),
        ("zzzzzz", []),
    ],
)
def test_a_text_filter_finds_all_of_its_words_in_any_case(api: Client, text: str, found: list[str]) -> None:
    make_event("a.one", description="Approved at 50%", project="alpha", user="Maya")
    make_event("a.two", description="Everything is GRÜN", project="Big_Hero", user="Rosemary")
    assert topics(api, filter=text) == found


def test_a_text_filter_has_limits(api: Client) -> None:
    assert topics(api, filter=" ".join(f"x{number}" for number in range(120))) == []
    assert refusal(api, EVERY_ARGUMENT, filter="x" * 501)[0] == "filter: expected at most 500 characters, got 501"
    assert refusal(api, EVERY_ARGUMENT, filter="abc\u0000")[1] == "invalid_field"


def test_ids_find_events(api: Client) -> None:
    made = [make_event(f"test.{number}") for number in range(3)]
    assert topics(api, ids=[made[2].id.hex, made[0].id.hex, made[0].id.hex, "0" * 32]) == ["test.0", "test.2"]


@pytest.mark.parametrize("wrong", ["", "x", "0" * 31, "'; DROP TABLE events_event; --     ", "A" * 32])
def test_a_wrong_id_is_an_error_that_names_the_argument(api: Client, wrong: str) -> None:
    expected = "ids: expected an id of 32 hexadecimal digits, 0 to 9 and a to f"
    assert refusal(api, EVERY_ARGUMENT, ids=[wrong]) == (expected, "invalid_field")


def test_long_lists_are_answered_and_longer_ones_refused(api: Client) -> None:
    event = make_event("test.event", project="alpha")
    names = [f"name{number}" for number in range(4999)]
    everything = {
        "ids": [f"{number:032x}" for number in range(4999)] + [event.id.hex],
        "projects": [*names, "alpha"],
        "users": [*names, "server"],
        "topics": [f"x{number}*.y" for number in range(199)] + ["test.event"],
    }
    assert topics(api, **everything) == ["test.event"]
    assert refusal(api, EVERY_ARGUMENT, users=names * 2)[0] == "users: expected at most 5000 values, got 9998"
