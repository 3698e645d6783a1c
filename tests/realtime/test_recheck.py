import asyncio
from collections.abc import Callable

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from events import adispatch_event
from events.actor import Actor
from events.models import AccessToken, ApiKey
from events.realtime import consumers
from events.realtime.credentials import Credential
from tests.conftest import Roles
from tests.realtime.sockets import PATIENCE, Socket

pytestmark = pytest.mark.django_db(transaction=True)


def log_out(people: Roles) -> None:
    AccessToken.objects.all().delete()


def disable(people: Roles) -> None:
    people["artist"].is_active = False
    people["artist"].save()


def delete(people: Roles) -> None:
    people["artist"].delete()


@pytest.mark.parametrize("ending", [log_out, disable, delete])
async def test_an_open_socket_ends_with_its_token(
    people: Roles, token: str, impatient: None, ending: Callable[[Roles], None]
) -> None:
    async with Socket() as socket:
        await socket.log_in(token)
        await sync_to_async(ending)(people)
        assert await socket.close_code_at_last() == 4401


async def test_an_open_socket_ends_with_its_key(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["artist"])
        await ApiKey.objects.filter(user__username="artist").adelete()
        assert await socket.close_code_at_last() == 4401


async def test_an_open_socket_ends_with_its_browsers_session(session: str, people: Roles, impatient: None) -> None:
    async with Socket(cookie=session, host="localhost", origin="http://localhost") as socket:
        await socket.log_in()
        people["manager"].set_password("another")
        await people["manager"].asave()
        assert await socket.close_code_at_last() == 4401


async def database_is_away(_: Credential) -> Actor:
    raise OperationalError("the database is away")


async def test_without_a_database_the_client_is_to_come_again(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(consumers, "_actor_behind", database_is_away)
    async with Socket() as socket:
        await socket.say({"topic": "auth", "token": keys["service"]})
        assert await socket.close_code() == 1013
    assert [record.message for record in caplog.records] == ["A socket could not be let in"]


async def test_an_open_socket_outlives_an_absence_of_the_database(
    keys: dict[str, str], impatient: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        monkeypatch.setattr(consumers, "_actor_behind", database_is_away)
        async with asyncio.timeout(PATIENCE):
            while len(caplog.records) < 2:
                await socket.frame()
        await adispatch_event("log.info")
        assert (await socket.event())["topic"] == "log.info"
    assert "the database is away" in caplog.records[0].message


async def test_rather_no_socket_than_an_unguarded_one(
    keys: dict[str, str], impatient: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        monkeypatch.setattr(consumers, "_actor_behind", None)
        assert await socket.close_code_at_last() == 1013
    assert [record.message for record in caplog.records] == ["A socket could not be guarded"]
