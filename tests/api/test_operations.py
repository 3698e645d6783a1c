from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from events.queryset import EventQuerySet
from tests.api.calls import post
from tests.conftest import Publishing
from tests.factories import make_event

JOBS = {"conditions": [{"key": "topic", "value": "test.job"}]}


@pytest.fixture
def job(db: None) -> Event:
    return make_event("test.job", depends_on=make_event("test.source").id, finished=False, description="Brewing")


def status_of(event: Event) -> str:
    return Event.objects.get(pk=event.pk).status


def told(affected: int, skipped: int = 0, blocked: int = 0, *examples: Event, dry: bool = False) -> dict[str, Any]:
    shown = [
        {"id": each.id.hex, "topic": each.topic, "project": None, "status": each.status, "description": "Brewing"}
        for each in examples
    ]
    return {"affected": affected, "skipped": skipped, "blocked": blocked, "dryRun": dry, "examples": shown}


def unaudited() -> EventQuerySet:
    """Return the events that are no records of what was done."""
    return Event.objects.exclude(topic__startswith="audit.")


def test_an_abort_a_restart_and_a_deletion(api: Client, job: Event, publishing: Publishing) -> None:
    with publishing() as messages:
        answer = post(api, "/api/eventops", {"type": "abort", "filter": JOBS})
        assert (answer, status_of(job)) == ((200, told(1, 0, 0, job)), "aborted")
        job.refresh_from_db()
        answer = post(api, "/api/eventops", {"type": "restart", "filter": JOBS})
        assert (answer, status_of(job)) == ((200, told(1, 0, 0, job)), "restarted")
    told_of_jobs = [each.event["status"] for each in messages if each.topic == "test.job"]
    assert told_of_jobs == ["aborted", "restarted"]
    job.refresh_from_db()
    assert post(api, "/api/eventops", {"type": "delete", "filter": JOBS}) == (200, told(1, 0, 0, job))
    assert [event.topic for event in unaudited()] == ["test.source"]


@pytest.mark.parametrize("name", ["dryRun", "dry_run"])
def test_a_dry_run_changes_nothing(api: Client, job: Event, name: str) -> None:
    answer = post(api, "/api/eventops", {"type": "abort", "filter": JOBS, name: True})
    assert (answer, status_of(job)) == ((200, told(1, 0, 0, job, dry=True)), "pending")


def test_what_does_not_fit_and_what_others_depend_on_is_counted(api: Client, job: Event) -> None:
    sources = {"conditions": [{"key": "topic", "value": "test.source"}]}
    assert post(api, "/api/eventops", {"type": "abort", "filter": sources}) == (200, told(0, 1))
    assert post(api, "/api/eventops", {"type": "delete", "filter": sources}) == (200, told(0, 0, 1))
    _, answer = post(api, "/api/eventops", {"type": "delete", "filter": sources, "cascade": True})
    assert (answer["affected"], unaudited().count()) == (2, 0)


def test_some_ids_will_do(api: Client, job: Event) -> None:
    make_event("test.job", finished=False)
    assert post(api, "/api/eventops", {"type": "abort", "ids": [job.id.hex]}) == (200, told(1, 0, 0, job))
    assert Event.objects.filter(status="aborted").count() == 1


@pytest.mark.parametrize("kind", ["delete", "restart", "abort"])
@pytest.mark.parametrize(
    "given", [{}, {"filter": None}, {"filter": {}}, {"filter": {"conditions": []}}, {"all": False}]
)
def test_an_operation_on_everything_has_to_say_so(api: Client, job: Event, kind: str, given: dict[str, Any]) -> None:
    status, answer = post(api, "/api/eventops", {"type": kind, **given})
    assert (status, answer["traceback"]) == (
        400,
        'filter: expected a filter with conditions, ids, or "all": true for all events',
    )
    assert (Event.objects.count(), status_of(job)) == (2, "pending")


def test_all_is_all(api: Client, job: Event) -> None:
    status, answer = post(api, "/api/eventops", {"type": "delete", "all": True})
    assert (status, answer["affected"], unaudited().count()) == (200, 2, 0)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"filter": JOBS}, "type"),
        ({"type": "explode", "filter": JOBS}, "type"),
        ({"type": 5, "filter": JOBS}, "type"),
        ({"type": "delete", "filter": []}, "filter"),
        ({"type": "delete", "filter": JOBS, "ids": "x"}, "ids"),
        ({"type": "delete", "filter": JOBS, "ids": ["x"]}, "ids[0]"),
        ({"type": "delete", "all": "yes"}, "all"),
        ({"type": "delete", "filter": JOBS, "dryRun": "yes"}, "dryRun"),
        ({"type": "delete", "filter": JOBS, "cascade": 1}, "cascade"),
        ({"type": "delete", "filter": {"conditions": [{"key": "x", "value": 1}]}}, "filter.conditions[0].key"),
    ],
)
def test_a_bad_value_is_refused_and_its_field_is_named(
    api: Client, job: Event, body: dict[str, Any], name: str
) -> None:
    status, answer = post(api, "/api/eventops", body)
    assert (status, [each["loc"] for each in answer["errors"]]) == (400, [[name]])
    assert (Event.objects.count(), status_of(job)) == (2, "pending")


@pytest.mark.parametrize("kind", ["delete", "restart", "abort"])
@pytest.mark.parametrize("role", ["manager", "artist", "guest"])
def test_only_operators_may(
    api_as: Callable[[str], Client], job: Event, publishing: Publishing, kind: str, role: str
) -> None:
    with publishing() as messages:
        answer = post(api_as(role), "/api/eventops", {"type": kind, "all": True})
    detail = f"Not allowed to operate on events: it is not for the role {role.replace('artist', 'user')}"
    assert answer == (403, {"code": 403, "detail": detail})
    assert (Event.objects.count(), status_of(job), messages) == (2, "pending", [])


def test_an_admin_may(api_as: Callable[[str], Client], job: Event) -> None:
    assert post(api_as("admin"), "/api/eventops", {"type": "abort", "filter": JOBS})[1]["affected"] == 1
