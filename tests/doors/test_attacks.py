"""What somebody with bad intentions would try first."""

from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from events import accounts, adispatch_event
from events.models import ApiKey, Event, TopicPolicy
from tests.api.calls import call, post
from tests.conftest import Roles
from tests.realtime.streams import stream


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


def test_what_a_policy_refuses_a_key_it_refuses_whoever_the_key_speaks_for(people: Roles) -> None:
    key = accounts.issue_key(people["service"], "ruled")
    TopicPolicy.objects.create(verb="dispatch", topic="secret.*", allows=False, key=ApiKey.objects.get())
    for headers in ({}, {"X-as-user": "admin"}):
        client = Client(headers={"X-Api-Key": key, **headers})
        assert post(client, "/api/events", {"topic": "secret.event"})[0] == 403
        assert post(client, "/api/events", {"topic": "test.event"})[0] == 200
    assert not Event.objects.filter(topic="secret.event").exists()


@pytest.mark.parametrize("smuggled", ["admin, artist", "ADMIN", "admin ", "admin\x00", "%61dmin", "*"])
def test_a_name_that_nobody_has_is_nobodys(api: Client, smuggled: str) -> None:
    status, _, _ = _as(api, smuggled, "GET", "/api/users/me")
    assert status == 404


def _as(client: Client, name: str, method: str, path: str) -> tuple[int, dict[str, str], object]:
    client.defaults["HTTP_X_AS_USER"] = name
    return call(client, method, path)


@pytest.mark.django_db(transaction=True)
async def test_a_header_that_is_only_spelled_alike_says_nothing(people: Roles, running_bus: None) -> None:
    """A proxy that takes ``X-as-user`` away lets ``X_as_user`` through."""
    key = await sync_to_async(accounts.issue_key)(people["service"], "tests")
    artists = await sync_to_async(accounts.issue_key)(people["artist"], "tests")
    async with stream(headers={"x-api-key": key, "x_as_user": "guest"}) as opened:
        await opened.counts()
        await adispatch_event("log.info")
        assert (await opened.event())["topic"] == "log.info"
    async with stream(headers={"x_api_key": key}) as opened:
        assert opened.status == 401
    async with stream(headers={"x-api-key": artists, "x-as-user": "admin"}) as opened:
        await opened.counts()
        await adispatch_event("log.info")
        await adispatch_event("server.started")
        assert (await opened.event())["topic"] == "server.started"
