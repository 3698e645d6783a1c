import pytest
from asgiref.sync import sync_to_async
from django.db import transaction

from events import adispatch_event, aupdate_event, dispatch_event, update_event
from events.delete import delete
from events.models import Event
from tests.realtime.sockets import Socket, stand

pytestmark = pytest.mark.django_db(transaction=True)


async def test_a_dispatched_event_is_delivered_whole_but_for_its_payload(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await stand(socket, await adispatch_event("test.first"))
        event_id = await adispatch_event(
            "entity.folder.created", project="alpha", description="New", summary={"id": 1}, payload={"secret": 1}
        )
        event = await socket.event()
    created, updated = event.pop("createdAt"), event.pop("updatedAt")
    assert (created, created[-6:]) == (updated, "+00:00")
    assert event == {
        "id": event_id,
        "topic": "entity.folder.created",
        "project": "alpha",
        "user": "server",
        "sender": None,
        "senderType": None,
        "dependsOn": None,
        "status": "finished",
        "description": "New",
        "summary": {"id": 1},
        "progress": 100.0,
        "store": True,
        "position": (await Event.objects.aget(pk=event_id)).position,
    }


async def test_an_update_is_delivered_with_its_progress(keys: dict[str, str]) -> None:
    event_id = await adispatch_event("work.todo", finished=False)
    async with Socket() as socket:
        await socket.log_in(keys["service"], "work.")
        await aupdate_event(event_id, status="in_progress")
        await aupdate_event(event_id, progress=50)
        first, second = await socket.event(), await socket.event()
    assert (first["status"], "progress" in first, "store" in first) == ("in_progress", False, False)
    assert (second["id"], second["progress"]) == (event_id, 50)


async def test_an_event_that_is_not_stored_is_delivered(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "chat.")
        await adispatch_event("chat.typing", store=False)
        assert (await socket.event())["store"] is False


@pytest.mark.parametrize(
    ("subscribe", "delivered"),
    [
        (["*"], ["entity.folder.created", "entity.task.created", "log.info"]),
        ([""], ["entity.folder.created", "entity.task.created", "log.info"]),
        (["entity.folder."], ["entity.folder.created"]),
        (["entity.*"], ["entity.folder.created", "entity.task.created"]),
        (["*.created"], ["entity.folder.created", "entity.task.created", "log.info"]),
        (["log.info", "entity.task"], ["entity.task.created", "log.info"]),
        (["folder", "ENTITY."], []),
        ([], []),
    ],
)
async def test_what_was_subscribed_is_delivered(
    keys: dict[str, str], subscribe: list[str], delivered: list[str]
) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], *subscribe)
        for topic in ("entity.folder.created", "entity.task.created", "log.info", "server.restart_requested"):
            await adispatch_event(topic)
        assert await socket.topics_until("server.restart_requested") == delivered


async def test_a_subscription_is_replaced_at_any_time(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        await socket.log_in(keys["service"], "entity.", project="alpha")
        await adispatch_event("log.info", project="alpha")
        await adispatch_event("entity.task.created", project="beta")
        await adispatch_event("entity.task.deleted", project="alpha")
        assert (await socket.event())["topic"] == "entity.task.deleted"


@pytest.mark.parametrize(
    ("project", "delivered"),
    [
        (None, ["in.alpha", "in.beta", "in.none", "inbox.message"]),
        ("alpha", ["in.alpha", "in.none", "inbox.message"]),
        ("gamma", ["in.none", "inbox.message"]),
    ],
)
async def test_a_socket_may_choose_a_project(keys: dict[str, str], project: str | None, delivered: list[str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*", project=project)
        for topic, of in (("in.alpha", "alpha"), ("in.beta", "beta"), ("in.none", None), ("inbox.message", "beta")):
            await adispatch_event(topic, project=of)
        await adispatch_event("server.started", project="beta")
        assert await socket.topics_until("server.started") == delivered


@transaction.atomic
def dispatch_in_vain() -> None:
    dispatch_event("log.info")
    transaction.set_rollback(True)


async def test_what_is_rolled_back_is_never_delivered(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await sync_to_async(dispatch_in_vain)()
        await adispatch_event("log.error")
        assert (await socket.event())["topic"] == "log.error"


@transaction.atomic
def dispatch_two() -> tuple[str, str]:
    return dispatch_event("log.info"), dispatch_event("log.info", store=False)


async def test_a_transactions_events_come_in_order_after_it(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        ids = await sync_to_async(dispatch_two)()
        assert ((await socket.event())["id"], (await socket.event())["id"]) == ids


async def test_every_socket_gets_the_same_frame(keys: dict[str, str]) -> None:
    async with Socket() as one, Socket() as other:
        await one.log_in(keys["service"], "*")
        await other.log_in(keys["artist"], "*")
        await adispatch_event("entity.task.created", project="alpha")
        frame = await one.frame()
        assert '"topic":"entity.task.created"' in frame
        assert await other.frame() == frame


async def test_one_socket_going_leaves_the_others(keys: dict[str, str]) -> None:
    async with Socket() as staying:
        await staying.log_in(keys["service"], "*")
        async with Socket() as going:
            await going.log_in(keys["service"], "*")
        await adispatch_event("log.info")
        assert (await staying.event())["topic"] == "log.info"


async def test_nothing_is_delivered_before_the_login(keys: dict[str, str]) -> None:
    async with Socket() as socket, Socket() as witness:
        await witness.log_in(keys["service"], "*")
        await adispatch_event("server.started")
        assert (await witness.event())["topic"] == "server.started"
        await socket.log_in(keys["service"], "*")


async def test_who_asks_for_deletions_is_told_of_those_that_concern_him(keys: dict[str, str]) -> None:
    events = [await adispatch_event("test.event", project=project) for project in ("beta", "alpha")]
    async with Socket() as asking, Socket() as other:
        await asking.log_in(keys["artist"], "test.", deletions=True)
        await other.log_in(keys["artist"], "test.")
        for event in events:
            await sync_to_async(delete)(event)
        assert await asking.event() == {"topic": "event-deleted", "id": events[1]}
        last = await adispatch_event("test.last", project="alpha")
        assert (await other.event())["id"] == last


@transaction.atomic
def change_and_delete(event_id: str) -> None:
    update_event(event_id, status="finished")
    delete(event_id)


async def test_a_deletion_comes_after_the_last_change(keys: dict[str, str]) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "test.", deletions=True)
        for _ in range(5):
            event_id = await adispatch_event("test.event", finished=False)
            await sync_to_async(change_and_delete)(event_id)
            told = [await socket.event() for _ in range(3)]
            assert [(each["topic"], each["id"]) for each in told] == [
                ("test.event", event_id),
                ("test.event", event_id),
                ("event-deleted", event_id),
            ]
