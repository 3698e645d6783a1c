"""Who is refused, and what is refused whatever the body says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from events import accounts
from events.api import views
from events.models import ApiKey, Event
from tests.api.calls import call, client_with_token
from tests.conftest import Publishing, Roles
from tests.factories import make_event

ID = "0123456789abcdef0123456789abcdef"
Request = tuple[str, str, dict[str, Any] | None]
ENDPOINTS: list[Request] = [
    ("POST", "/api/events", {"topic": "test.event"}),
    ("GET", "/api/events", None),
    ("GET", f"/api/events/{ID}", None),
    ("PATCH", f"/api/events/{ID}", {"description": "new"}),
    ("DELETE", f"/api/events/{ID}", None),
    ("POST", "/api/enroll", {"sourceTopic": "test.source", "targetTopic": "test.job"}),
    ("POST", "/api/auth/logout", None),
]
MISSING, SESSION, KEY = "Access token is missing", "Invalid session", "Invalid API key"
BAD_CREDENTIALS = [
    ({}, MISSING),
    ({"X-Api-Key": "x" * 32}, KEY),
    ({"X-Api-Key": "é'; --"}, KEY),
    ({"Authorization": "ApiKey " + "x" * 32}, KEY),
    ({"Authorization": "Bearer " + "x" * 64}, SESSION),
    ({"Authorization": "Bearer " + "x" * 32}, MISSING),
    ({"Authorization": "Bearer"}, MISSING),
    ({"Authorization": "Basic YTpi"}, MISSING),
    ({"Authorization": ""}, MISSING),
    ({"Cookie": "sessionid=nobody"}, MISSING),
]


@pytest.fixture
def event(db: None) -> Event:
    event = make_event("test.source", description="first")
    Event.objects.filter(pk=event.pk).update(id=ID)
    return event


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each[0]} {each[1][4:12]}")
@pytest.mark.parametrize(("headers", "detail"), BAD_CREDENTIALS)
def test_without_a_good_credential_nothing_happens(
    event: Event, publishing: Publishing, endpoint: Request, headers: dict[str, str], detail: str
) -> None:
    before = Event.objects.values().get()
    with publishing() as messages:
        status, answer, told = call(Client(headers=headers), *endpoint)
    assert (status, answer) == (401, {"code": 401, "detail": detail})
    assert told["WWW-Authenticate"] == "ApiKey"
    assert (Event.objects.values().get(), messages) == (before, [])


def test_a_key_in_place_of_a_token_is_no_credential(event: Event, people: Roles) -> None:
    key = accounts.issue_key(people["service"], "tests")
    for headers in ({"Authorization": f"Bearer {key}"}, {"Authorization": f"Bearer  {key} "}):
        assert call(Client(headers=headers), *ENDPOINTS[1])[:2] == (401, {"code": 401, "detail": MISSING})


def test_a_token_in_place_of_a_key_is_no_credential(people: Roles) -> None:
    token, _ = accounts.log_in("artist", "artist")
    answer = call(Client(headers={"X-Api-Key": token}), *ENDPOINTS[1])
    assert answer[:2] == (401, {"code": 401, "detail": KEY})


def test_an_expired_key_is_refused(people: Roles, api: Client) -> None:
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert call(api, *ENDPOINTS[1])[:2] == (401, {"code": 401, "detail": KEY})


def test_a_key_goes_before_a_token(people: Roles) -> None:
    client = client_with_token("artist", "artist")
    answer = client.get("/api/events", headers={"X-Api-Key": "nobody"})
    assert (answer.status_code, answer.json()["detail"]) == (401, KEY)


BAD_IDS = [
    *("0", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 31 + "'", "0" * 31 + '"', "0" * 31 + "%00", "%27%20OR%201=1"),
    *("01234567-89ab-cdef-0123-456789abcdef", "é" * 32, "0" * 31 + "%0A", "0" * 10_000),
]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("event_id", BAD_IDS, ids=lambda each: each[:40])
def test_an_id_that_is_none_is_refused(api: Client, publishing: Publishing, method: str, event_id: str) -> None:
    make_event()
    before = Event.objects.values().get()
    with publishing() as messages:
        status, answer, _ = call(api, method, f"/api/events/{event_id}", {"description": "new"})
    assert (status, answer["code"], answer["errors"][0]["loc"]) == (400, 400, ["eventId"])
    assert answer["traceback"] == "eventId: expected an id of 32 hexadecimal digits, 0 to 9 and a to f"
    assert (Event.objects.values().get(), messages) == (before, [])


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("limit=abc", "limit"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=1.5", "limit"),
        ("limit=", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("limit=%D9%A3", "limit"),
        ("cursor=abc", "cursor"),
        ("cursor=%FF", "cursor"),
        ("cursor=cD1hYmM%3D", "cursor"),  # p=abc
        ("cursor=cD0tMQ%3D%3D", "cursor"),  # p=-1
        ("cursor=bz1hYmM%3D", "cursor"),  # o=abc
        ("cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "cursor"),  # p=999999999999999999999
        ("status=done", "status"),
        ("status=", "status"),
        ("topic=a-b", "topic"),
        ("topic=test.a,,test.b", "topic"),
        ("topic=a*b*c*d*", "topic"),
        ("topic=" + ",".join(["test.*"] * 201), "topic"),
        ("dependsOn=abc", "dependsOn"),
        ("depends_on=%27", "dependsOn"),
        ("created_after=nonsense", "created_after"),
        ("created_after=2026-13-01", "created_after"),
        ("created_before=9999-12-31T23:59:59-14:00", "created_before"),
        ("created_after=0001-01-01T00:00:00%2B14:00", "created_after"),
        ("project=a%00", "project"),
        ("user=%00", "user"),
        ("hash=%00", "hash"),
        ("&".join(f"a{number}=1" for number in range(1001)), "request"),
    ],
    ids=lambda each: each[:30],
)
def test_a_bad_parameter_of_the_list_is_refused(api: Client, query: str, name: str) -> None:
    make_event()
    answer = api.get(f"/api/events?{query}")
    assert (answer.status_code, [each["loc"] for each in answer.json()["errors"]]) == (400, [[name]])
    assert answer.json()["detail"] == "Request validation error in [GET] /api/events"


@pytest.mark.parametrize(("method", "path"), [("PUT", "/api/events"), ("GET", "/api/enroll"), ("POST", "/api/info")])
def test_a_method_that_a_path_has_not_is_refused(api: Client, method: str, path: str) -> None:
    status, answer, _ = call(api, method, path, {})
    assert (status, answer) == (405, {"code": 405, "detail": f'Method "{method}" not allowed.'})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "nonsense", "application/json;q=0"])
def test_an_answer_is_json_whatever_a_client_accepts(api: Client, accept: str) -> None:
    for path, status in (("/api/events?format=xml", 200), ("/api/events/x", 400)):
        answer = api.get(path, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")


@pytest.mark.parametrize(
    ("failure", "status", "detail"),
    [
        (OperationalError("secret.host:5432"), 503, "The database is away or busy"),
        (ValueError("secret"), 500, "Internal server error"),
    ],
)
def test_what_fails_in_the_server_is_not_told(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: Any, failure: Exception, status: int, detail: str
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(views, "dispatch", fail)
    answer = call(api, *ENDPOINTS[0])
    assert answer[:2] == (status, {"code": status, "detail": detail})
    assert answer[2].get("Retry-After") == ("1" if status == 503 else None)
    assert "secret" in caplog.text


def test_no_answer_tells_a_secret(api_as: Callable[[str], Client], people: Roles) -> None:
    key = accounts.issue_key(people["service"], "tests")
    token, _ = accounts.log_in("artist", "artist")
    make_event()
    for headers in ({"X-Api-Key": key}, {"Authorization": f"Bearer {token}"}, {"X-Api-Key": key[:-1] + "!"}):
        client = Client(headers=headers)
        for method, path, body in ENDPOINTS:
            told = str(call(client, method, path, body))
            assert key not in told
            assert token not in told
