"""What is answered to what is wrong: never a 500, and nothing is stored or published."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.test import Client

from events import errors
from events.api.errors import STATUS_OF
from events.models import Consumer, Event
from tests.api.calls import call
from tests.conftest import Publishing
from tests.factories import make_event


class Endpoint(NamedTuple):
    method: str
    path: str
    body: dict[str, Any]
    """What it takes."""


ID = "0123456789abcdef0123456789abcdef"
DISPATCH = Endpoint("POST", "/api/events", {"topic": "test.event"})
UPDATE = Endpoint("PATCH", f"/api/events/{ID}", {"description": "new"})
ENROLL = Endpoint("POST", "/api/enroll", {"sourceTopic": "test.source", "targetTopic": "test.job"})
LOGIN = Endpoint("POST", "/api/auth/login", {"name": "artist", "password": "artist"})

NOT_A_TEXT = [5, 1.5, True, ["a"], {"a": 1}]
NOT_AN_OBJECT = [5, "text", True, ["a"]]
NOT_A_FLAG = [0, 1, "true", "", ["a"], {"a": 1}]
NOT_A_NUMBER = ["5", "", True, ["a"], {"a": 1}, -1, 101, 10**400]
NOT_A_COUNT = ["5", 1.5, True, ["a"], {"a": 1}, -1, 2**31, 10**30]
NOT_TEXTS = ["text", 5, {"a": 1}, [5], ["a", None], [["a"]]]
UNSTORABLE = ["nul\0", "half\ud83d"]
NO_TOPIC = ["", "a", "ab", "a-b", "a b", "1abc", ".abc", "a" * 66, "abc\n", "ä.b", *UNSTORABLE]
NO_PATTERN = [*NO_TOPIC[3:], "", "a*b*c*d*"]

EITHER_WAY: dict[str, list[Any]] = {
    "sender": [*NOT_A_TEXT, *UNSTORABLE, "s" * 256],
    "senderType": [*NOT_A_TEXT, *UNSTORABLE, "t" * 256],
    "project": [*NOT_A_TEXT, *UNSTORABLE, "", "a b", "-a", "a/b", "p" * 256],
    "user": [*NOT_A_TEXT, *UNSTORABLE, "u" * 256],
    "description": [*NOT_A_TEXT, *UNSTORABLE, "d" * 16_385],
    "summary": [*NOT_AN_OBJECT, *({"deep": [{each: 1}]} for each in UNSTORABLE), {"text": UNSTORABLE}],
    "payload": [*NOT_AN_OBJECT, *({"deep": [{each: 1}]} for each in UNSTORABLE), {"text": UNSTORABLE}],
    "progress": NOT_A_NUMBER,
    "recipients": [*NOT_TEXTS, UNSTORABLE, ["u" * 256], ["u"] * 1001],
}
BAD_FIELDS: list[tuple[Endpoint, dict[str, list[Any]]]] = [
    (
        DISPATCH,
        EITHER_WAY
        | {
            "topic": [*NOT_A_TEXT, *NO_TOPIC, "test.*"],
            "hash": [*NOT_A_TEXT, *UNSTORABLE, "h" * 513],
            "dependsOn": [*NOT_A_TEXT, *UNSTORABLE, "", "a", ID.upper(), "g" * 32, ID + "0"],
            "finished": NOT_A_FLAG,
            "store": NOT_A_FLAG,
            "reuse": NOT_A_FLAG,
        },
    ),
    (UPDATE, EITHER_WAY | {"status": [*NOT_A_TEXT, *UNSTORABLE, "", "done", "FAILED"], "retries": NOT_A_COUNT}),
    (
        ENROLL,
        {
            "sourceTopic": [5, True, {"a": 1}, [], [5], ["a", None], [""], ["a-b"], ["a"] * 10_000, *NO_PATTERN],
            "targetTopic": [*NOT_A_TEXT, *NO_TOPIC, "test.*", "*"],
            "sender": EITHER_WAY["sender"],
            "senderType": EITHER_WAY["senderType"],
            "description": EITHER_WAY["description"],
            "sequential": NOT_A_FLAG,
            "filter": NOT_AN_OBJECT,
            "maxRetries": NOT_A_COUNT,
            "ignoreSenderTypes": [*NOT_TEXTS, UNSTORABLE, ["t" * 256], ["t"] * 10_000],
            "ignoreOlderThan": [*NOT_A_COUNT, 365_001],
        },
    ),
]
CASES = [
    pytest.param(endpoint, name, value, id=f"{endpoint.path[5:11]}-{name}-{number}")
    for endpoint, fields in BAD_FIELDS
    for name, values in fields.items()
    for number, value in enumerate(values)
]
Attempt = Callable[..., dict[str, Any]]


@pytest.fixture
def attempt(api: Client, publishing: Publishing) -> Attempt:
    """Send what is to be refused with a 400; return the answer, after a look that nothing has happened."""
    make_event("test.source")
    event = make_event(description="first")
    Event.objects.filter(pk=event.pk).update(id=ID)

    def send(endpoint: Endpoint, body: object) -> dict[str, Any]:
        before = list(Event.objects.order_by("pk").values())
        with publishing() as messages:
            status, content, _ = call(api, endpoint.method, endpoint.path, body)
        assert (list(Event.objects.order_by("pk").values()), Consumer.objects.count(), messages) == (before, 0, [])
        assert status == 400
        assert content.keys() == {"code", "detail", "path", "traceback", "errors"}
        told = f"Request validation error in [{endpoint.method}] {endpoint.path}"
        assert (content["code"], content["detail"], content["path"]) == (400, told, endpoint.path)
        return dict(content)

    return send


@pytest.mark.parametrize(("endpoint", "name", "value"), CASES)
def test_a_bad_value_is_refused_and_its_field_is_named(
    attempt: Attempt, endpoint: Endpoint, name: str, value: object
) -> None:
    answer = attempt(endpoint, endpoint.body | {name: value})
    assert [each["loc"] for each in answer["errors"]] == [[name]]
    assert answer["traceback"] == f"{name}: {answer['errors'][0]['msg']}"


@pytest.mark.parametrize(
    ("endpoint", "name"), [(DISPATCH, "topic"), (ENROLL, "sourceTopic"), (ENROLL, "targetTopic"), (LOGIN, "name")]
)
@pytest.mark.parametrize("given", [{}, {"null": None}])
def test_what_is_required_is_asked_for(attempt: Attempt, endpoint: Endpoint, name: str, given: dict[str, None]) -> None:
    body = {key: value for key, value in endpoint.body.items() if key != name} | ({name: None} if given else {})
    answer = attempt(endpoint, body)
    assert answer["errors"] == [{"loc": [name], "msg": "This field is required.", "type": "value_error.required"}]


def test_all_fields_of_a_wrong_type_are_named_at_once(attempt: Attempt) -> None:
    answer = attempt(DISPATCH, {"topic": 5, "depends_on": 5, "store": 5})
    assert sorted(each["loc"] for each in answer["errors"]) == [["dependsOn"], ["store"], ["topic"]]


NO_JSON = [b"{", b'{"topic": test}', b"\xff\xfe", b'{"topic": "a"} x', b"[" * 100_000, b'{"a":' * 100_000]
NO_NUMBERS = [b'{"a": NaN}', b'{"a": Infinity}', b'{"summary": {"n": -Infinity}}', b'{"a": ' + b"1" * 5000 + b"}"]
NO_OBJECT = [b"[]", b'"text"', b"5", b"null", b"true"]


@pytest.mark.parametrize("endpoint", [DISPATCH, UPDATE, ENROLL, LOGIN], ids=lambda each: each.path)
@pytest.mark.parametrize("body", NO_JSON + NO_NUMBERS + NO_OBJECT, ids=lambda each: repr(each[:20]))
def test_a_body_that_is_no_object_in_json_is_refused(attempt: Attempt, endpoint: Endpoint, body: bytes) -> None:
    answer = attempt(endpoint, body)
    assert [each["loc"] for each in answer["errors"]] == [["body"]]


@pytest.mark.parametrize("number", [b"1e400", b"-1e400"])
@pytest.mark.parametrize("name", ["summary", "payload"])
def test_a_number_beyond_all_floats_is_refused(attempt: Attempt, name: str, number: bytes) -> None:
    body = b'{"topic": "test.event", "%s": {"n": [%s]}}' % (name.encode(), number)
    assert attempt(DISPATCH, body)["traceback"] == f"{name}: expected finite numbers"
    assert attempt(UPDATE, body)["traceback"] == f"{name}: expected finite numbers"


@pytest.mark.parametrize("depth", [64, 900])
def test_a_deep_summary_is_refused(attempt: Attempt, depth: int) -> None:
    body = b'{"topic": "test.event", "summary": %s1%s}' % (b'{"a":' * (depth + 1), b"}" * (depth + 1))
    assert attempt(DISPATCH, body)["errors"][0]["loc"] == ["summary"]


@pytest.mark.parametrize("number", [b"1e400", b"NaN"])
def test_a_filter_with_a_number_that_is_none_is_refused(attempt: Attempt, number: bytes) -> None:
    start = b'{"sourceTopic": "test.source", "targetTopic": "test.job", "filter": '
    attempt(ENROLL, start + b'{"conditions": [{"key": "payload/n", "value": %s}]}}' % number)


def test_every_error_has_a_status() -> None:
    def all_of(error: type[Exception]) -> set[type[Exception]]:
        return {error}.union(*map(all_of, error.__subclasses__()))

    assert all_of(errors.EventError) - {errors.EventError} == set(STATUS_OF)
