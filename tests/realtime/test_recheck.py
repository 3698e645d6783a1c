import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from events import accounts, adispatch_event, outage
from events.actor import Actor
from events.credentials import Credential
from events.models import AccessToken, ApiKey, ProjectGrant
from events.realtime import guard, hub
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


@asynccontextmanager
async def several(key: str) -> AsyncIterator[list[Socket]]:
    """Three sockets with the same key."""
    async with Socket() as one, Socket() as two, Socket() as three:
        yield [await socket.log_in(key, "*") for socket in (one, two, three)]


@pytest.fixture
def no_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks by himself."""
    monkeypatch.setattr(guard, "RECHECK_SECONDS", 1000)


@pytest.mark.usefixtures("no_looks")
async def test_one_look_ends_all_sockets_of_a_key(keys: dict[str, str]) -> None:
    async with several(keys["artist"]) as sockets:
        await ApiKey.objects.filter(user__username="artist").adelete()
        accounts.forget()
        await guard.look_again(hub.current())
        assert [await socket.close_code_at_last() for socket in sockets] == [4401] * 3


@pytest.mark.usefixtures("no_looks")
async def test_one_look_takes_a_project_from_all_sockets_of_a_key(keys: dict[str, str]) -> None:
    async with several(keys["artist"]) as sockets:
        await ProjectGrant.objects.filter(user__username="artist").adelete()
        accounts.forget()
        await guard.look_again(hub.current())
        await adispatch_event("test.secret", project="alpha")
        await adispatch_event("server.started")
        assert [await socket.topics_until("server.started") for socket in sockets] == [[]] * 3


lookups: list[object] = []


def database_is_away(credential: object) -> Actor:
    lookups.append(credential)
    raise OperationalError from psycopg.OperationalError("connection refused")


@pytest.fixture
def outage_ends() -> Iterator[None]:
    """For whoever comes next, the database is there again."""
    lookups.clear()
    yield
    with outage.attempt():
        pass


@pytest.mark.usefixtures("outage_ends")
async def test_without_a_database_clients_are_to_come_again_and_the_log_has_one_line(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Credential, "actor", database_is_away)
    for _ in range(3):
        async with Socket() as socket:
            await socket.say({"topic": "auth", "token": keys["service"]})
            assert await socket.close_code() == 1013
    assert [record.message for record in caplog.records] == ["The database is away: OperationalError"]


async def test_what_is_no_outage_is_logged_with_its_traceback(
    keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Credential, "actor", None)
    async with Socket() as socket:
        await socket.say({"topic": "auth", "token": keys["service"]})
        assert await socket.close_code() == 1013
    assert [(record.message, bool(record.exc_info)) for record in caplog.records] == [
        ("Failed: a frame of a socket", True)
    ]


@pytest.mark.usefixtures("outage_ends")
async def test_an_open_socket_outlives_an_absence_of_the_database(
    keys: dict[str, str], impatient: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        monkeypatch.setattr(Credential, "actor", database_is_away)
        async with asyncio.timeout(PATIENCE):
            while len(lookups) < 3:
                await socket.frame()
        assert [record.message for record in caplog.records] == ["The database is away: OperationalError"]
        await adispatch_event("log.info")
        assert (await socket.event())["topic"] == "log.info"


async def test_rather_no_socket_than_an_unguarded_one(
    keys: dict[str, str], impatient: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        monkeypatch.setattr(Credential, "actor", None)
        assert await socket.close_code_at_last() == 1013
    assert [record.message for record in caplog.records] == ["The live feed has failed"]


async def test_clients_with_one_credential_are_looked_up_once(
    keys: dict[str, str], impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Credential] = []
    actor_of = Credential.actor

    def count(credential: Credential) -> Actor:
        asked.append(credential)
        return actor_of(credential)

    async with Socket() as one, Socket() as other, Socket() as third:
        for socket, role in ((one, "artist"), (other, "artist"), (third, "service")):
            await socket.log_in(keys[role])
        monkeypatch.setattr(Credential, "actor", count)
        while len(asked) < 6:
            await one.frame()
    assert {tuple(map(asked.count, set(asked)))} <= {(3, 3), (3, 4), (4, 3)}
