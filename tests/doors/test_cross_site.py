"""What a foreign page makes a browser do whose user is logged in here: cookies go along, and count for nothing."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import accounts
from events.api.openapi import document
from events.models import AccessToken, ApiKey, Event, ProjectGrant, TopicPolicy
from tests.conftest import Roles
from tests.factories import make_event
from tests.realtime.sockets import Socket
from tests.realtime.streams import stream

LOGIN = "/api/auth/login"
"""It sets no cookie, so that nobody can be logged in as somebody else."""
ADMIN_FORMS = (
    "/admin/events/event/operate/",
    "/admin/events/apikey/add/",
    "/admin/events/apikey/{key}/rotate/",
    "/admin/events/apikey/{key}/delete/",
    "/admin/events/projectgrant/add/",
    "/admin/events/topicpolicy/add/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{user}/password/",
    "/admin/password_change/",
    "/admin/logout/",
)
FOREIGN = {"Origin": "http://evil.example.com", "Referer": "http://evil.example.com/"}
TRUSTED = ["https://studio.example.com", "https://*.tools.example.com"]
TO_THE_LOGIN = 302
"""What a page of the viewer answers to somebody whose cookie it does not know, as it is with that of a token."""
BODY = {"topic": "test.forged", "query": "{ me { name } }", "kind": "delete", "project": "beta", "post": "yes"}


def changing() -> Iterator[tuple[str, str]]:
    """Yield method and path of everything that may change something, and of what only looks as if."""
    for path, operations in document()["paths"].items():
        for method in operations.keys() - {"get"}:
            if path != LOGIN:
                yield method.upper(), path.replace("{event_id}", "{event}")
    yield "POST", "/graphql"
    for path in ADMIN_FORMS:
        yield "POST", path


@pytest.fixture(params=["session", "token"])
def browser(request: pytest.FixtureRequest, people: Roles) -> Client:
    """The browser of an admin, with what it sends along by itself."""
    client = Client(enforce_csrf_checks=True)
    if request.param == "session":
        client.force_login(people["admin"])
    else:
        client.cookies["accessToken"] = accounts.log_in("admin", "admin")[0]
    return client


def stored() -> list[Any]:
    """Return everything that the paths could change."""
    models = (Event, ApiKey, AccessToken, ProjectGrant, TopicPolicy, User)
    return [list(model._default_manager.order_by("pk").values()) for model in models]  # noqa: SLF001 - documented


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize(("method", "path"), sorted(changing()))
def test_a_forged_request_changes_nothing(
    browser: Client, people: Roles, method: str, path: str, content_type: str
) -> None:
    accounts.issue_key(people["service"], "tests")
    path = path.format(event=make_event().id.hex, key=ApiKey.objects.get().pk, user=people["artist"].pk)
    body = urlencode(BODY) if content_type.endswith("urlencoded") else json.dumps(BODY)
    before = stored()
    answer = browser.generic(method, path, body, content_type, headers=FOREIGN)
    assert answer.status_code in (403, TO_THE_LOGIN)
    assert stored() == before


def test_no_answer_is_open_to_the_scripts_of_foreign_pages(browser: Client) -> None:
    for path in ("/api/info", "/api/events", "/graphql?query={me{name}}", "/admin/", "/openapi.json"):
        answer = browser.get(path, headers=FOREIGN)
        assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


@pytest.mark.parametrize(
    "foreign",
    [
        {"origin": "http://evil.example.com"},
        {"origin": "https://localhost"},
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost.evil.example.com"},
        {"origin": "http://studio.example.com"},
        {"origin": "https://studio.example.com:8443"},
        {"origin": "https://eviltools.example.com"},
        {"origin": "http://["},
        {"origin": "null"},
        {"origin": ""},
        {},
        {"origin": "http://evil.example.com", "host": "evil.example.com"},
    ],
)
@pytest.mark.django_db(transaction=True)
async def test_a_cookie_opens_no_socket_to_a_foreign_page(session: str, foreign: dict[str, str], settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = TRUSTED
    async with Socket(**{"cookie": session, "host": "localhost"} | foreign) as socket:
        await socket.say({"topic": "auth", "subscribe": ["*"]})
        assert await socket.close_code() == 4401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://localhost"}, 200),
        ({"referer": "http://localhost/admin/"}, 200),
        ({"sec-fetch-site": "cross-site"}, 401),
        ({"sec-fetch-site": "cross-site", "referer": "http://localhost/admin/"}, 401),
        ({"referer": "http://evil.example.com/admin/"}, 401),
        ({"referer": "http://localhost.evil.example.com/"}, 401),
        ({"referer": "localhost"}, 401),
        ({"origin": "http://evil.example.com"}, 401),
        ({}, 401),
    ],
)
@pytest.mark.django_db(transaction=True)
async def test_a_cookie_opens_a_stream_to_own_pages_only(
    session: str, running_bus: None, headers: dict[str, str], status: int
) -> None:
    async with stream(headers={"cookie": session, **headers}) as opened:
        assert opened.status == status
