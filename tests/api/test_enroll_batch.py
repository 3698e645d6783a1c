"""Many jobs with one request, and their sources with them."""

from typing import Any

import pytest
from django.test import Client

from events import glance
from events.models import Consumer, Event
from tests.api.calls import post
from tests.conftest import Publishing
from tests.factories import change, make_event

WANTED = {"sourceTopic": "test.source", "targetTopic": "test.job", "sender": "a"}


def enroll(api: Client, **body: Any) -> tuple[int, Any]:
    return post(api, "/api/enroll", WANTED | body)


def sources_of(answer: Any) -> list[str]:
    return [job["dependsOn"] for job in answer["jobs"]]


def test_up_to_so_many_jobs_are_handed_out_in_order(api: Client, publishing: Publishing) -> None:
    sources = [make_event("test.source").id.hex for _ in range(5)]
    with publishing() as messages:
        status, answer = enroll(api, limit=3)
    assert (status, sources_of(answer)) == (200, sources[:3])
    assert [sorted(job) for job in answer["jobs"]] == [["dependsOn", "hash", "id", "status"]] * 3
    assert [each.event["id"] for each in messages] == [job["id"] for job in answer["jobs"]]
    assert sources_of(enroll(api, limit=100, sender="b")[1]) == sources[3:]
    assert enroll(api, limit=100, sender="c") == (204, None)


def test_one_job_is_a_list_as_well(api: Client) -> None:
    source = make_event("test.source")
    assert sources_of(enroll(api, limit=1)[1]) == [source.id.hex]


def test_the_senders_own_jobs_come_first_and_are_filled_up(api: Client) -> None:
    sources = [make_event("test.source").id.hex for _ in range(4)]
    _, first = enroll(api, limit=2)
    change(first["jobs"][0]["id"], status="in_progress")
    _, again = enroll(api, limit=3)
    assert sources_of(again) == sources[:3]
    assert [job["id"] for job in again["jobs"][:2]] == [job["id"] for job in first["jobs"]]
    assert [job["status"] for job in again["jobs"]] == ["in_progress", "pending", "pending"]
    assert sources_of(enroll(api, limit=2)[1]) == sources[:2]


def test_jobs_to_repeat_come_before_new_ones_the_oldest_first(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "STEP", glance.ENDLESS)  # nothing settles in a test, and numbers may begin anywhere
    sources = [make_event("test.source").id.hex for _ in range(6)]
    _, answer = enroll(api, limit=5)
    for job, status in zip(answer["jobs"], ["failed", "restarted", "finished", "aborted", "failed"], strict=True):
        change(job["id"], status=status)
    _, again = enroll(api, limit=10, sender="b")
    assert sources_of(again) == [sources[0], sources[1], sources[4], sources[5]]
    jobs = Event.objects.filter(topic="test.job").order_by("creation_order")
    assert list(jobs.values_list("retries", flat=True)) == [1, 0, 0, 0, 1, 0]


def test_in_sequence_it_is_one_at_most(api: Client) -> None:
    sources = [make_event("test.source").id.hex for _ in range(2)]
    assert sources_of(enroll(api, limit=2, sequential=True)[1]) == sources[:1]
    assert enroll(api, limit=2, sequential=True, sender="b") == (204, None)


def test_the_source_comes_along_when_asked_for(api: Client) -> None:
    sources = [make_event("test.source", payload={"n": number}) for number in range(3)]
    whole = [api.get(f"/api/events/{source.id.hex}").json() for source in sources]
    _, one = enroll(api, include=["sourceEvent"])
    assert (sorted(one), one["sourceEvent"]) == (["dependsOn", "hash", "id", "sourceEvent", "status"], whole[0])
    _, answer = enroll(api, include=["sourceEvent"], limit=5)
    assert [job["sourceEvent"] for job in answer["jobs"]] == whole
    assert enroll(api, include=[])[1] == {key: value for key, value in one.items() if key != "sourceEvent"}


def test_all_jobs_can_be_given_back(api: Client) -> None:
    sources = [make_event("test.source").id.hex for _ in range(3)]
    answer = api.post("/api/enroll", WANTED | {"limit": 3}, content_type="application/json")
    answer.give_back()  # type: ignore[attr-defined]
    assert set(Event.objects.filter(topic="test.job").values_list("status", "sender")) == {("restarted", None)}
    assert sources_of(enroll(api, limit=3, sender="b")[1]) == sources


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"limit": 0}, ("limit", "expected a whole number from 1 to 100")),
        ({"limit": 101}, ("limit", "expected a whole number from 1 to 100")),
        ({"limit": 1.5}, ("limit", "expected a whole number")),
        ({"include": "sourceEvent"}, ("include", "expected a list of texts")),
        ({"include": ["sourceEvent", "payload"]}, ("include", "expected some of sourceEvent, got 'payload'")),
    ],
)
def test_what_cannot_be_answered_hands_nothing_out(api: Client, body: dict[str, Any], problem: tuple[str, str]) -> None:
    make_event("test.source")
    status, answer = enroll(api, **body)
    assert (status, [(*each["loc"], each["msg"]) for each in answer["errors"]]) == (400, [problem])
    assert (Event.objects.count(), Consumer.objects.count()) == (1, 0)
