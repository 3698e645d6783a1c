import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from events.models import Event
from tests.api.calls import call, patch, post
from tests.factories import make_event


@pytest.mark.parametrize("camel", [True, False])
def test_keys_are_taken_in_camel_case_and_in_snake_case(api: Client, camel: bool) -> None:
    source = make_event("test.source", sender_type="ftrack")
    dispatched = {"sender_type": "worker", "depends_on": source.id.hex}
    enrolled = {
        "source_topic": "test.*",
        "target_topic": "test.job",
        "max_retries": 0,
        "ignore_sender_types": ["ftrack"],
        "ignore_older_than": 7,
    }
    if camel:
        dispatched = {"senderType": "worker", "dependsOn": source.id.hex}
        enrolled = {
            "sourceTopic": "test.*",
            "targetTopic": "test.job",
            "maxRetries": 0,
            "ignoreSenderTypes": ["ftrack"],
            "ignoreOlderThan": 7,
        }
    _, answer = post(api, "/api/events", {"topic": "test.event", **dispatched})
    event = Event.objects.get(pk=answer["id"])
    assert (event.sender_type, event.depends_on_id) == ("worker", source.id)
    assert post(api, "/api/enroll", enrolled)[1]["dependsOn"] == answer["id"]


def test_null_is_as_good_as_not_given(api: Client) -> None:
    names = ("sender", "senderType", "hash", "project", "user", "dependsOn", "description", "summary", "payload")
    more = ("finished", "store", "reuse", "progress", "recipients")
    status, _ = post(api, "/api/events", {"topic": "test.event", **dict.fromkeys([*names, *more])})
    event = Event.objects.get()
    assert (status, event.status, event.description, event.summary, event.payload) == (200, "finished", "", {}, {})
    make_event("test.source")
    rest = ("sender", "description", "sequential", "filter", "maxRetries", "ignoreSenderTypes", "ignoreOlderThan")
    wanted = {"sourceTopic": "test.source", "targetTopic": "test.job", **dict.fromkeys(rest)}
    assert post(api, "/api/enroll", wanted)[0] == 200


def test_unknown_keys_are_ignored(api: Client) -> None:
    body = {"topic": "test.event", "id": "0" * 32, "status": "failed", "unknown": {"deep": ["\0"]}, "half\ud83d": 1}
    assert post(api, "/api/events", body)[0] == 200
    assert Event.objects.get().status == "finished"


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_is_json_whatever_it_says_to_be(api: Client, content_type: str) -> None:
    answer = api.generic("POST", "/api/events", b'\xef\xbb\xbf{"topic": "test.event"}', content_type)
    assert (answer.status_code, Event.objects.count()) == (200, 1)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, (None, "api")),
        ({"X-Sender": "tab 1", "X-Sender-Type": "ui.web-1_a"}, ("tab 1", "ui.web-1_a")),
        ({"X-Sender": "", "X-Sender-Type": ""}, (None, "api")),
        ({"X-Sender": "s" * 255, "X-Sender-Type": "t" * 255}, ("s" * 255, "t" * 255)),
        ({"X-Sender": "s" * 256, "X-Sender-Type": "t" * 256}, (None, "api")),
        ({"X-Sender-Type": "t" * 300}, (None, "api")),
        ({"X-Sender-Type": "-ui"}, (None, "api")),
        ({"X-Sender-Type": "ui'"}, (None, "api")),
    ],
)
def test_the_headers_say_who_sends(api: Client, headers: dict[str, str], expected: tuple[str | None, str]) -> None:
    assert post(api, "/api/events", {"topic": "test.event"}, headers=headers)[0] == 200
    event = Event.objects.get()
    assert (event.sender, event.sender_type) == expected


def test_the_body_goes_before_the_headers(api: Client) -> None:
    headers = {"X-Sender": "header", "X-Sender-Type": "header"}
    post(api, "/api/events", {"topic": "test.event", "sender": "body", "senderType": "body"}, headers=headers)
    event = Event.objects.get()
    assert (event.sender, event.sender_type) == ("body", "body")


def test_a_service_may_speak_for_a_user(api: Client) -> None:
    own, foreign = make_event(project="alpha", user="artist"), make_event(project="alpha", user="bob")
    headers = {"X-as-user": "artist"}
    assert patch(api, own, {"description": "new"}, headers=headers) == (204, None)
    assert patch(api, foreign, {"description": "new"}, headers=headers)[0] == 403
    assert post(api, "/api/events", {"topic": "test.new"}, headers=headers)[0] == 403
    wanted = {"sourceTopic": "test.source", "targetTopic": "test.job"}
    assert post(api, "/api/enroll", wanted, headers=headers)[0] == 403
    assert post(api, "/api/events", {"topic": "test.new"}, headers={"X-as-user": "manager"})[0] == 200
    assert Event.objects.get(topic="test.new").user == "manager"


@pytest.mark.parametrize("name", ["nobody", ""])
def test_nobody_is_no_user_to_speak_for(api: Client, name: str) -> None:
    answer = post(api, "/api/events", {"topic": "test.event"}, headers={"X-as-user": name})
    assert answer == (404, {"code": 404, "detail": "User not found"})
    assert not Event.objects.exists()


@pytest.mark.parametrize("role", ["admin", "artist"])
def test_only_services_speak_for_others(api_as: Callable[[str], Client], role: str) -> None:
    answer = api_as(role).get("/api/info", headers={"X-as-user": "manager"})
    assert answer.json()["user"]["name"] == role


@pytest.mark.parametrize("given", ["", "bad id", "x" * 65, "a\tb"])
def test_every_answer_has_a_request_id(api: Client, given: str) -> None:
    seen = set()
    for method, path in (("GET", "/api/info"), ("GET", "/api/none"), ("POST", "/api/events"), ("GET", "/api/events/x")):
        answer = api.generic(method, path, b"{}", "application/json", headers={"X-Request-ID": given})
        seen.add(answer["X-Request-ID"])
    assert len(seen) == 4
    assert all(len(each) == 32 for each in seen)


def test_a_request_id_that_is_given_is_kept(api: Client) -> None:
    assert api.get("/api/info", headers={"X-Request-ID": "proxy-1.a_b"})["X-Request-ID"] == "proxy-1.a_b"


KEPT_BY_NOBODY = [
    ("GET", "/api/events", 200),
    ("GET", f"/api/events/{0:032}", 404),
    ("GET", "/api/users/me", 200),
    ("GET", "/api/info", 200),
    ("GET", "/api/projects", 200),
    ("POST", "/api/auth/login", 403),
    ("POST", "/api/events", 400),
    ("GET", "/api/nonesuch", 404),
    ("GET", "/graphql?query={me{name}}", 200),
    ("GET", "/openapi.json", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), KEPT_BY_NOBODY)
def test_no_cache_keeps_what_is_for_a_credential(api: Client, method: str, path: str, status: int) -> None:
    body = {"name": "artist", "password": "wrong"} if path.endswith("login") else {}
    answer = api.generic(method, path, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")
    assert Client().get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("microsecond", [0, 120_000])
def test_times_have_an_offset(api: Client, microsecond: int) -> None:
    event = make_event()
    when = event.created_at.replace(microsecond=microsecond)
    Event.objects.update(created_at=when, updated_at=when)
    for found in (api.get(f"/api/events/{event.id.hex}").json(), api.get("/api/events").json()["events"][0]):
        for name in ("createdAt", "updatedAt"):
            assert found[name].endswith("+00:00")
            assert datetime.fromisoformat(found[name]) == when
            assert datetime.fromisoformat(found[name]).utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/events/", "/api/none", "/api/events/x/y", "/api/secrets", "/api/addons/a/1.0.0/settings"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_path_that_there_is_not_is_not_redirected(api: Client, method: str, path: str) -> None:
    status, answer, _ = call(api, method, path, {"topic": "test.event"})
    assert (status, answer) == (404, {"code": 404, "detail": f"API endpoint {path} not found", "path": path})
    assert not Event.objects.exists()


def test_no_cookie_is_asked_for(api_as: Callable[[str], Client]) -> None:
    key: Any = api_as("service").defaults["HTTP_X_API_KEY"]
    client = Client(enforce_csrf_checks=True, headers={"X-Api-Key": key})
    assert post(client, "/api/events", {"topic": "test.event"})[0] == 200
    assert post(client, "/api/events/", {"topic": "test.event"})[0] == 404
    assert post(client, "/api/auth/login", {"name": "artist", "password": "artist"})[0] == 200


def test_a_browser_that_changes_anything_needs_its_token(people: dict[str, Any]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["admin"])
    assert browser.get("/api/events").status_code == 200
    status, answer = post(browser, "/api/events", {"topic": "test.event"})
    assert (status, answer["code"], answer["detail"][:12]) == (403, 403, "CSRF Failed:")
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["senderType", "sender_type"])
def test_an_update_takes_both_ways_of_writing_too(api: Client, name: str) -> None:
    event = make_event()
    assert patch(api, event, {name: "worker", "Status": "failed"}) == (204, None)
    now = Event.objects.get()
    assert (now.sender_type, now.status) == ("worker", "finished")


@pytest.mark.parametrize(
    "path",
    ["/api/info", "/api/events", "/api/users/me", "/api/projects", "/api/attributes", "/api/query", "/openapi.json"],
)
def test_a_get_may_say_that_it_has_json(api: Client, path: str) -> None:
    """AYON's Python client sends the header with every request."""
    answer = api.generic("GET", path, b"", "application/json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("scheme", ["ApiKey", "apikey", "APIKEY"])
def test_a_key_is_taken_from_either_header(api: Client, scheme: str) -> None:
    key = api.defaults["HTTP_X_API_KEY"]
    for headers in ({"X-Api-Key": key}, {"Authorization": f"{scheme} {key}"}):
        assert Client(headers=headers).get("/api/users/me").json()["name"] == "service"


@pytest.mark.parametrize("header", ["Basic c2VydmljZTp4", "Bearer", "Bearer x", f"Bearer {'x' * 65}", "ApiKey", "x"])
def test_what_is_no_credential_is_as_good_as_none(db: None, header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/api/users/me")
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "detail": "Access token is missing"})
