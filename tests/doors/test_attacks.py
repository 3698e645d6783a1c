"""What somebody with bad intentions would try first."""

import logging
import secrets
from collections.abc import Callable

import pytest
from django.test import Client

from events import accounts
from events.errors import CredentialInvalid
from events.models import ApiKey, Event
from tests.api.calls import call, post
from tests.conftest import Roles
from tests.factories import make_event

INJECTIONS = [
    "'",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE events_event; --",
    "1); DELETE FROM events_event; --",
    "\\'; SELECT pg_sleep(10); --",
    "%' OR 1=1 --",
    "$$; SELECT 1; $$",
    "payload'->>'a",
    '{"$gt": ""}',
    "%s %(a)s {0}",
    "../../etc/passwd",
    "\u202e\u0000",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_parameter_is_taken_for_sql(api: Client, text: str) -> None:
    event = make_event(payload={"a": 1})
    names = ("topic", "project", "user", "status", "sender", "dependsOn", "cursor", "limit", "olderThan", "newerThan")
    for name in names:
        assert api.get("/api/events", {name: text}).status_code in (200, 400)
    for path in (f"/api/events/{text}", f"/api/users/{text}", f"/api/projects/{text}"):
        assert api.get(path).status_code in (400, 404)
    for key, value in (("topic", text), (text, "a"), (f"payload/{text}", "a"), ("payload/a", text)):
        for operator in ("eq", "like", "in", "includesany", text):
            condition = {
                "key": key,
                "value": [value] if operator in ("in", "includesany") else value,
                "operator": operator,
            }
            status, _ = post(api, "/api/query", {"entity": "event", "filter": {"conditions": [condition]}})
            assert status in (200, 400)
    arguments = ("topics", "projects", "users", "statuses", "ids")
    fields = [f"{name}: events({name}: $texts) {{ edges {{ node {{ id }} }} }}" for name in arguments]
    texts = ("filter", "after", "olderThan")
    fields += [f"{name}: events({name}: $text) {{ edges {{ node {{ id }} }} }}" for name in texts]
    query = f"query ($texts: [String!], $text: String) {{ {' '.join(fields)} }}"
    assert post(api, "/graphql", {"query": query, "variables": {"texts": [text], "text": text}})[0] == 200
    assert list(Event.objects.all()) == [event]


@pytest.mark.parametrize("name", ["manager", "artist", "guest"])
def test_only_a_service_speaks_for_somebody_else(api_as: Callable[[str], Client], name: str) -> None:
    status, answer, _ = _as(api_as(name), "admin", "GET", "/api/users/me")
    assert (status, answer["name"]) == (200, name)


def test_a_token_speaks_for_nobody_else(people: Roles) -> None:
    token, _ = accounts.log_in("artist", "artist")
    client = Client(headers={"Authorization": f"Bearer {token}", "X-as-user": "admin"})
    assert client.get("/api/users/me").json()["name"] == "artist"


def test_a_limited_key_stays_limited_whoever_it_speaks_for(people: Roles) -> None:
    key = accounts.issue_key(people["service"], "limited")
    ApiKey.objects.update(verbs=["read"])
    client = Client(headers={"X-Api-Key": key, "X-as-user": "admin"})
    assert client.get("/api/users/me").json()["name"] == "admin"
    assert post(client, "/api/events", {"topic": "test.event"})[0] == 403
    assert not Event.objects.exists()


@pytest.mark.parametrize("smuggled", ["admin, artist", "ADMIN", "admin ", "admin\x00", "%61dmin", "*"])
def test_a_name_that_nobody_has_is_nobodys(api: Client, smuggled: str) -> None:
    status, _, _ = _as(api, smuggled, "GET", "/api/users/me")
    assert status == 404


def _as(client: Client, name: str, method: str, path: str) -> tuple[int, dict[str, str], object]:
    client.defaults["HTTP_X_AS_USER"] = name
    return call(client, method, path)


def test_ten_thousand_wrong_keys_let_nobody_in_and_leave_nothing(people: Roles) -> None:
    right = accounts.issue_key(people["service"], "right")
    for _ in range(10_000):
        with pytest.raises(CredentialInvalid):
            accounts.actor_for_key(secrets.token_hex(16))
    assert not accounts._known._actors  # noqa: SLF001 - what it remembers is nobody else's affair
    assert accounts.actor_for_key(right).name == "service"


def test_no_credential_is_in_the_log(people: Roles, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key = accounts.issue_key(people["service"], "right")
    _, answer = post(Client(), "/api/auth/login", {"name": "artist", "password": "artist-password"})
    people["artist"].set_password("artist-password")
    people["artist"].save()
    _, answer = post(Client(), "/api/auth/login", {"name": "artist", "password": "artist-password"})
    token = answer["token"]
    Client(headers={"X-Api-Key": key}).get("/api/events")
    Client(headers={"Authorization": f"Bearer {token}"}).get("/api/users/me")
    Client().get("/api/users/me", {"token": token})
    Client(headers={"Authorization": f"Bearer {token}"}).post("/api/auth/logout")
    for secret in (key, token, "artist-password"):
        assert secret not in caplog.text
    stored = str(list(Event.objects.values()))
    for secret in (key, token, "artist-password"):
        assert secret not in stored


@pytest.mark.parametrize(
    "cursor", ["WzFd", "W251bGxd", "Wy0xXQ==", "WzFlOTk5XQ==", "bm90IGpzb24=", "WyJhIl0=", "%00", "A" * 5000]
)
def test_a_forged_cursor_shows_nothing_that_is_not_shown_anyway(api_as: Callable[[str], Client], cursor: str) -> None:
    make_event(project="beta", user="bob")
    query = "query ($c: String) { events(after: $c) { edges { node { id } } } }"
    status, told = post(api_as("artist"), "/graphql", {"query": query, "variables": {"c": cursor}})
    assert status == 200
    assert "errors" in told or told["data"]["events"]["edges"] == []
