import asyncio
from collections.abc import Callable

import pytest

from events import presence
from events.presence import Connected
from events.realtime import attendance
from tests.realtime.sockets import PATIENCE, Socket

pytestmark = pytest.mark.django_db(transaction=True)

Told = asyncio.Queue[list[Connected]]


@pytest.fixture
async def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """Who is known to be connected, each time that this process has said so; it does so at once."""
    queue: Told = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def followed(action: Callable[..., None]) -> Callable[..., None]:
        def act(*given: object) -> None:
            action(*given)
            loop.call_soon_threadsafe(queue.put_nowait, presence.connected())

        return act

    for action in (presence.tell, presence.leave):
        monkeypatch.setattr(presence, action.__name__, followed(action))
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.02)
    return queue


async def wait_for(told: Told, *expected: Connected) -> None:
    async with asyncio.timeout(PATIENCE):
        while await told.get() != list(expected):
            pass


async def test_who_is_connected_is_told_and_who_leaves_is_not(keys: dict[str, str], told: Told) -> None:
    alone = Connected(name="service", role="service", sockets=1)
    async with Socket() as one:
        await one.log_in(keys["service"], "*")
        async with Socket() as other, Socket() as third:
            await other.log_in(keys["service"], "*")
            await third.log_in(keys["artist"], "*")
            both = Connected(name="service", role="service", sockets=2)
            await wait_for(told, both, Connected(name="artist", role="user", sockets=1))
        await wait_for(told, alone)
    await wait_for(told)


async def test_what_is_told_is_told_again_though_nothing_changes(keys: dict[str, str], told: Told) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        async with asyncio.timeout(PATIENCE):
            assert await told.get() == await told.get() == [Connected(name="service", role="service", sockets=1)]
