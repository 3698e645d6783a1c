from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.hashing import job_hash
from events.models import Consumer, Event
from tests.api.calls import post
from tests.conftest import Publishing
from tests.factories import change, make_event

WANTED = {"sourceTopic": "test.source", "targetTopic": "test.job", "sender": "a"}


def test_a_job_has_exactly_four_keys(api: Client) -> None:
    source = make_event("test.source")
    status, answer = post(api, "/api/enroll", WANTED)
    job = Event.objects.get(topic="test.job")
    facts = {"id": job.id.hex, "dependsOn": source.id.hex, "hash": job_hash("test.job", source.id)}
    assert (status, answer) == (200, facts | {"status": "pending"})
    assert (job.user, job.sender, job.sender_type) == ("service", "a", "api")


def test_the_same_job_is_answered_alike(api: Client) -> None:
    make_event("test.source")
    assert post(api, "/api/enroll", WANTED) == post(api, "/api/enroll", WANTED)


def test_nothing_to_do_is_an_empty_204(api: Client) -> None:
    answer = api.post("/api/enroll", WANTED, content_type="application/json")
    assert (answer.status_code, answer.content) == (204, b"")


def test_everything_that_is_given_counts(api: Client) -> None:
    make_event("test.source", sender_type="ftrack", payload={"newValue": "Approved"})
    make_event("test.source", payload={"newValue": "Ready"})
    source = make_event("test.source", payload={"newValue": "Approved"})
    wanted = {
        "sourceTopic": ["test.so*", "test.none"],
        "targetTopic": "test.job",
        "sender": "a",
        "senderType": "worker",
        "description": "Brew",
        "sequential": True,
        "filter": {"conditions": [{"key": "payload/newValue", "value": "Approved"}]},
        "maxRetries": 1,
        "ignoreSenderTypes": ["ftrack"],
        "ignoreOlderThan": 0,
        "slothMode": True,
    }
    status, answer = post(api, "/api/enroll", wanted)
    job = Event.objects.get(topic="test.job")
    assert (status, answer["dependsOn"]) == (200, source.id.hex)
    assert (job.sender_type, job.description) == ("worker", "Brew")
    assert post(api, "/api/enroll", wanted | {"sender": "b"}) == (204, None)
    change(job.id, status="failed", retries=1)
    assert post(api, "/api/enroll", wanted) == (204, None)
    assert Consumer.objects.get().max_age_days == 0


def test_the_sender_of_the_headers_is_the_default(api: Client) -> None:
    make_event("test.source")
    wanted = {"sourceTopic": "test.source", "targetTopic": "test.job"}
    post(api, "/api/enroll", wanted, headers={"X-Sender": "b", "X-Sender-Type": "worker"})
    job = Event.objects.get(topic="test.job")
    assert (job.sender, job.sender_type) == ("b", "worker")


@pytest.mark.parametrize("role", ["admin", "manager", "artist", "guest"])
def test_only_services_enroll(api_as: Callable[[str], Client], publishing: Publishing, role: str) -> None:
    make_event("test.source")
    with publishing() as messages:
        status, answer = post(api_as(role), "/api/enroll", WANTED)
    assert (status, answer) == (403, {"code": 403, "detail": "Only services can enroll for jobs"})
    assert (Event.objects.count(), Consumer.objects.count(), messages) == (1, 0, [])


def test_an_idle_poll_takes_few_queries(api: Client, django_assert_num_queries: Any) -> None:
    post(api, "/api/enroll", WANTED)
    with django_assert_num_queries(5):  # four for the key, whose use was noted before
        post(api, "/api/enroll", WANTED)


def test_the_coffee_makers_day(api: Client) -> None:
    source = make_event("test.source", project="alpha", user="bob")
    _, job = post(api, "/api/enroll", WANTED)
    found = api.get(f"/api/events/{job['dependsOn']}").json()
    assert (found["id"], found["project"], found["user"]) == (source.id.hex, "alpha", "bob")
    for status in ("in_progress", "finished"):
        body = {"status": status, "description": status, "project": "alpha"}
        assert api.patch(f"/api/events/{job['id']}", body, content_type="application/json").status_code == 204
    assert post(api, "/api/enroll", WANTED) == (204, None)
    assert Event.objects.get(topic="test.job").status == "finished"
