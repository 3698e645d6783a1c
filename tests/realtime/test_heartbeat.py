import asyncio
from typing import Any

import pytest

from events import adispatch_event
from tests.realtime.sockets import Socket, is_heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


async def test_heartbeats_come_by_themselves(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        assert [is_heartbeat(await socket.frame()) for _ in range(3)] == [True] * 3


async def test_heartbeats_come_among_any_number_of_events(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        flood = asyncio.create_task(keep_publishing())
        async with asyncio.timeout(10):
            await socket.event()
            frames: list[str] = []
            while sum(map(is_heartbeat, frames)) < 3 or len(frames) < 30:
                frames.append(await socket.frame())
        flood.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flood


async def keep_publishing() -> None:
    while True:
        await adispatch_event("log.info", store=False)


async def test_without_a_channel_layer_sockets_hear_of_their_own_process(keys: dict[str, str], settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await adispatch_event("log.info")
        assert (await socket.event())["topic"] == "log.info"
