"""What a worker says about waiting; what becomes of it is tested with a real server in tests/e2e."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events.models import ApiKey, Consumer, Event
from tests.api.calls import post
from tests.factories import make_event

WANTED = {"sourceTopic": "test.source", "targetTopic": "test.job", "sender": "a"}


def enroll(api: Client, body: dict[str, Any], **headers: str) -> Any:
    return api.post("/api/enroll", WANTED | body, content_type="application/json", headers=headers)


def seconds_held(answer: Any) -> Any:
    return answer.hold and round(answer.hold.until - time.monotonic(), 1)


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({}, {}, None),
        ({"wait": 0}, {}, None),
        ({"wait": 60}, {}, 60),
        ({"wait": 2.5}, {}, 2.5),
        ({"wait": None}, {"Prefer": "wait=7"}, 7),
        ({}, {"Prefer": "respond-async, wait=7"}, 7),
        ({}, {"Prefer": 'wait="7"'}, 7),
        ({}, {"Prefer": "return=minimal; x=1, Wait = 7"}, 7),
        ({}, {"Prefer": "wait=600"}, 60),
        ({}, {"Prefer": "wait=0"}, None),
        ({}, {"Prefer": "wait=soon"}, None),
        ({}, {"Prefer": "await=7"}, None),
        ({"wait": 3}, {"Prefer": "wait=7"}, 3),
        ({"wait": 0}, {"Prefer": "wait=7"}, None),
    ],
)
def test_a_worker_says_how_long_it_would_wait(
    api: Client, body: dict[str, Any], headers: dict[str, str], seconds: float | None
) -> None:
    answer = enroll(api, body, **headers)
    assert (answer.status_code, answer.content) == (204, b"")
    held = seconds_held(answer)
    assert held is None if seconds is None else held == pytest.approx(seconds, abs=0.5)


@pytest.mark.parametrize(
    ("wait", "message"),
    [
        (60.1, "expected a number of seconds from 0 to 60"),
        (-1, "expected a number of seconds from 0 to 60"),
        ("5", "expected a number"),
        (True, "expected a number"),
    ],
)
def test_a_time_that_is_none_is_refused(api: Client, wait: object, message: str) -> None:
    make_event("test.source")
    status, answer = post(api, "/api/enroll", WANTED | {"wait": wait})
    assert (status, [(each["loc"], each["msg"]) for each in answer["errors"]]) == (400, [(["wait"], message)])
    assert (Event.objects.count(), Consumer.objects.count()) == (1, 0)


def test_a_job_is_answered_at_once_and_can_be_given_back(api: Client) -> None:
    make_event("test.source")
    answer = enroll(api, {"wait": 60})
    assert (answer.status_code, sorted(answer.json())) == (200, ["dependsOn", "hash", "id", "status"])
    assert answer.hold is None
    answer.give_back()
    assert Event.objects.get(topic="test.job").status == "restarted"
    assert enroll(api, {}).json() == answer.json()


def test_a_job_that_the_worker_had_already_is_not_given_back(api: Client) -> None:
    make_event("test.source")
    enroll(api, {})
    assert enroll(api, {"wait": 60}).give_back is None


def test_those_who_could_take_the_same_job_have_the_same_wish(api: Client) -> None:
    def wish(**body: Any) -> Any:
        return enroll(api, {"wait": 1} | body).hold.wish

    filter_ = {"conditions": [{"key": "project", "value": "alpha"}]}
    same = [
        wish(sender="b", description="b", wait=2, senderType="x"),
        wish(sourceTopic=["test.source"], maxRetries=3, ignoreOlderThan=3, ignoreSenderTypes=[]),
    ]
    others = [
        wish(sourceTopic="test.*"),
        wish(targetTopic="test.other"),
        wish(sequential=True),
        wish(filter=filter_),
        wish(ignoreSenderTypes=["x"]),
        wish(ignoreOlderThan=0),
        wish(maxRetries=0),
    ]
    assert set(same) == {wish()}
    assert len({wish(), *others}) == 8


@pytest.mark.parametrize("role", ["admin", "manager", "artist", "guest"])
def test_who_may_not_enroll_may_not_wait_for_it_either(api_as: Callable[[str], Client], role: str) -> None:
    answer = enroll(api_as(role), {"wait": 60})
    assert (answer.status_code, hasattr(answer, "hold")) == (403, False)


def test_a_key_can_wait_for_workers_that_say_nothing_of_it(api: Client) -> None:
    ApiKey.objects.update(wait_seconds=8)
    assert seconds_held(enroll(api, {})) == pytest.approx(8, abs=0.5)
    assert seconds_held(enroll(api, {"wait": 0})) is None
    assert seconds_held(enroll(api, {}, Prefer="wait=2")) == pytest.approx(2, abs=0.5)
