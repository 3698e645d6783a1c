import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from events import accounts, adispatch_event, aupdate_event
from events.credentials import Credential
from events.realtime import frames, hub, pace
from events.realtime.clients import Client
from events.realtime.frames import Frame
from events.realtime.protocol import Subscription
from tests.conftest import Roles
from tests.realtime.sockets import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
BUFFER = 1000


class Ear:
    """A connection whose client may stop taking what it is sent."""

    pack = staticmethod(frames.texts)

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.stuck = 0
        self.is_stalled = False
        self._more = asyncio.Event()

    def write(self, chunk: tuple[str, ...], /) -> int:
        self.heard += chunk
        self.stuck += sum(map(len, chunk)) * self.is_stalled
        self._more.set()
        return self.stuck

    def unsent(self) -> int:
        return self.stuck

    def close(self, code: int, reason: str, /) -> None:
        raise AssertionError((code, reason))

    def take_all(self) -> None:
        self.is_stalled, self.stuck = False, 0

    async def until(self, text: str) -> None:
        async with asyncio.timeout(3 * PATIENCE):
            while not any(text in each for each in self.heard):
                self._more.clear()
                await self._more.wait()

    def told(self, topic: str) -> int:
        return sum(f'"topic":"{topic}"' in each for each in self.heard)


@pytest.fixture(autouse=True)
def small_buffer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EVENTS_FEED_BUFFER = BUFFER
    monkeypatch.setattr(hub, "HEARTBEAT_SECONDS", 0.1)


@pytest.fixture
async def clients(people: Roles) -> AsyncIterator[list[Client]]:
    """Two clients of the service."""
    key = await sync_to_async(accounts.issue_key)(people["service"], "tests")
    credential = Credential("key", key)
    actor = await sync_to_async(credential.actor)()
    both = [
        Client(outlet=Ear(), credential=credential, actor=actor, subscription=Subscription(("",))) for _ in range(2)
    ]
    for each in both:
        assert hub.current().join(each, None)
        await ear(each).until("heartbeat")
    yield both
    for each in both:
        hub.current().leave(each)
    await sync_to_async(connections.close_all)()


def ear(client: Client) -> Ear:
    assert isinstance(client.outlet, Ear)
    return client.outlet


async def test_who_takes_nothing_gets_a_bounded_amount_and_holds_up_nobody(clients: list[Client]) -> None:
    stalled, other = map(ear, clients)
    stalled.is_stalled = True
    for number in range(20):
        await adispatch_event("test.event", description=f"number {number:02}")
    await other.until("number 19")
    assert other.told("test.event") == 20
    assert BUFFER < stalled.stuck < 3 * BUFFER
    assert stalled.told("test.event") < 20


async def test_who_takes_frames_again_gets_what_it_has_not_got(clients: list[Client]) -> None:
    stalled, other = map(ear, clients)
    stalled.is_stalled = True
    for number in range(20):
        await adispatch_event("test.event", description=f"number {number:02}")
    await other.until("number 19")
    stalled.take_all()
    await stalled.until("number 19")
    await adispatch_event("test.live")
    await stalled.until("test.live")
    heard = [each for each in stalled.heard if "test.event" in each]
    assert {f"number {number:02}" for number in range(20)} == {each[each.index("number") :][:9] for each in heard}


async def test_who_was_behind_for_too_much_loads_anew(clients: list[Client], settings: Any) -> None:
    settings.EVENTS_FEED_RESUME = 5
    stalled, other = map(ear, clients)
    stalled.is_stalled = True
    for number in range(30):
        await adispatch_event("test.event", description=f"number {number:02}")
    await other.until("number 29")
    stalled.take_all()
    await stalled.until("resync")
    await adispatch_event("test.live")
    await stalled.until("test.live")
    assert (stalled.told("resync"), other.told("resync")) == (1, 0)


async def test_progress_comes_at_most_four_times_a_second_and_the_last_always(
    clients: list[Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ear(clients[0])
    event, another = [await adispatch_event("test.job", finished=False) for _ in range(2)]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for progress in range(1, 31):
        await aupdate_event(event, progress=progress)
    await aupdate_event(another, progress=77)
    took = loop.time() - began
    await one.until('"progress":30')
    await one.until('"progress":77')
    told = [each for each in one.heard if f'"id":"{event}"' in each and '"store"' not in each]
    assert 2 <= len(told) <= 2 + took / pace.PAUSE
    assert '"progress":30' in told[-1]


async def test_a_change_does_not_overtake_the_progress_before_it(clients: list[Client]) -> None:
    one = ear(clients[0])
    event = await adispatch_event("test.job", finished=False)
    for progress in (10, 20, 90):
        await aupdate_event(event, progress=progress)
    await aupdate_event(event, status="finished", description="done")
    await one.until("done")
    told = [each for each in one.heard if f'"id":"{event}"' in each]
    assert ('"progress":90' in told[-2], '"status":"finished"' in told[-1]) == (True, True)


async def test_of_one_user_only_so_many_are_let_in(clients: list[Client], settings: Any) -> None:
    settings.EVENTS_FEED_CLIENTS_PER_USER = 2
    known = clients[0]
    third = Client(outlet=Ear(), credential=known.credential, actor=known.actor, subscription=known.subscription)
    assert not hub.current().join(third, None)
    hub.current().leave(clients[1])
    assert hub.current().join(third, None)
    hub.current().leave(third)


@pytest.mark.parametrize(
    ("size", "head"), [(1, b"\x81\x01"), (126, b"\x81\x7e\x00\x7e"), (2**16, b"\x81\x7f" + bytes(5) + b"\x01\x00\x00")]
)
def test_a_frame_is_encoded_whatever_its_length(size: int, head: bytes) -> None:
    assert Frame("x" * size).encoded() == head + b"x" * size
