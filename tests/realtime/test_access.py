import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from ayonevents.asgi import application
from events import access, adispatch_event
from events.models import ApiKey, ProjectGrant, TopicPolicy
from events.redaction import MASK
from tests.conftest import Roles
from tests.realtime.sockets import PATIENCE, Socket

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = {
    "entity.folder.created": "alpha",
    "entity.version.updated": "alpha",
    "activity.created": "alpha",
    "entity.task.created": "beta",
    "activity.updated": "beta",
    "activity.created.nowhere": None,
    "auth.login": None,
    "audit.rights": None,
    "log.info": None,
    "log.error": "alpha",
    "settings.changed": None,
    "ftrack.leech": None,
}
ALL = list(EVENTS)
OF_ARTIST = [topic for topic in ALL if EVENTS[topic] == "alpha"] + ["activity.created.nowhere", "ftrack.leech"]


async def dispatch_all() -> None:
    for topic, project in EVENTS.items():
        await adispatch_event(topic, project=project)
    await adispatch_event("server.started")


@pytest.mark.parametrize(
    ("role", "received"),
    [
        ("admin", ALL),
        ("manager", ALL),
        ("service", ALL),
        ("artist", OF_ARTIST),
        ("guest", ["entity.version.updated", "activity.created"]),
    ],
)
async def test_each_role_receives_what_it_may(keys: dict[str, str], role: str, received: list[str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys[role], "*")
        await dispatch_all()
        assert sorted(await socket.topics_until("server.started")) == sorted(received)


@pytest.mark.parametrize("topic", access.GUEST_TOPICS)
async def test_a_guest_receives_public_topics_of_granted_projects_only(keys: dict[str, str], topic: str) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["guest"], "*")
        for project in ("beta", None, "alpha"):
            await adispatch_event(topic, project=project)
        assert (await socket.event())["project"] == "alpha"


async def test_choosing_a_project_opens_none(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["artist"], "*", project="beta")
        await dispatch_all()
        assert await socket.topics_until("server.started") == ["activity.created.nowhere", "ftrack.leech"]


async def test_who_an_event_is_about_may_know_of_it(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["artist"], "*")
        await adispatch_event("auth.login", user="manager")
        await adispatch_event("auth.login", user="artist")
        assert (await socket.event())["user"] == "artist"


@pytest.mark.parametrize(("role", "received"), [("artist", ["inbox.message"]), ("manager", []), ("admin", [])])
async def test_recipients_are_the_only_ones(keys: dict[str, str], role: str, received: list[str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys[role], "*")
        await adispatch_event("inbox.message", recipients=["artist", "guest"])
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == received


async def test_recipients_are_told_to_nobody(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["artist"], "*")
        await adispatch_event("inbox.message", recipients=["artist"])
        assert "recipients" not in await socket.event()


async def test_being_a_recipient_opens_no_project(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["artist"], "*")
        await adispatch_event("inbox.message", project="beta", recipients=["artist"])
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == []


async def test_rights_that_change_count_on_an_open_socket(people: Roles, keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket, asyncio.timeout(PATIENCE):
        await socket.log_in(keys["artist"], "*")
        assert await received(socket) == ["in.alpha"]
        await sync_to_async(ProjectGrant.objects.filter(user=people["artist"]).update)(project="beta")
        while await received(socket) != ["in.beta"]:
            await socket.frame()


async def received(socket: Socket) -> list[str]:
    """Return which of two projects' events arrive."""
    await adispatch_event("in.alpha", project="alpha")
    await adispatch_event("in.beta", project="beta")
    await adispatch_event("server.started")
    return await socket.topics_until("server.started")


async def test_a_policy_keeps_a_topic_from_a_role(people: Roles, keys: dict[str, str]) -> None:
    await TopicPolicy.objects.acreate(verb="receive", topic="ftrack.*", allows=False, role="user")
    for role, expected in (
        ("artist", ["entity.folder.created"]),
        ("manager", ["entity.folder.created", "ftrack.leech"]),
    ):
        async with Socket() as socket:
            await socket.log_in(keys[role], "ftrack", "entity.folder")
            await adispatch_event("entity.folder.created", project="alpha")
            await adispatch_event("ftrack.leech")
            await adispatch_event("server.started")
            assert await socket.topics_until("server.started") == expected


async def test_a_limited_key_receives_what_it_reaches(people: Roles, keys: dict[str, str]) -> None:
    await ApiKey.objects.filter(user=people["service"]).aupdate(topics=["entity.*"], projects=["alpha"])
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await dispatch_all()
        received = await socket.topics_until("server.started")
    assert sorted(received) == ["entity.folder.created", "entity.version.updated"]


async def test_secrets_are_masked_for_everybody(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["admin"], "*")
        await adispatch_event("test.event", summary={"apiToken": "abc", "shot": "sh010"})
        assert (await socket.event())["summary"] == {"apiToken": MASK, "shot": "sh010"}


async def test_who_connects_too_often_is_turned_away(keys: dict[str, str], settings: Any) -> None:
    settings.EVENTS_CONNECT_RATE = "2/day"
    for _ in range(2):
        async with Socket() as socket:
            await socket.log_in(keys["artist"], "*")
    refused = WebsocketCommunicator(application, "/ws")
    connected, _ = await refused.connect(PATIENCE)
    assert not connected
