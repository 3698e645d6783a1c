import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer

from events import adispatch_event, bus
from events.realtime.protocol import HEARTBEAT
from tests.realtime.sockets import PATIENCE, Socket

pytestmark = pytest.mark.django_db(transaction=True)


async def test_heartbeats_come_by_themselves(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"])
        assert [await socket.frame() for _ in range(3)] == [HEARTBEAT] * 3


async def test_heartbeats_come_among_any_number_of_events(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        flood = asyncio.create_task(keep_publishing())
        async with asyncio.timeout(10):
            await socket.event()
            frames: list[str] = []
            while frames.count(HEARTBEAT) < 3 or frames.count("{}") < 30:
                frames.append(await socket.frame())
        flood.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flood


async def keep_publishing() -> None:
    layer: Any = get_channel_layer()
    envelope = {
        "type": bus.EVENT,
        "topic": "log.info",
        "project": None,
        "user": None,
        "recipients": None,
        "frame": "{}",
    }
    while True:
        await layer.group_send(bus.GROUP, envelope)
        await asyncio.sleep(0)


async def test_a_socket_stays_in_the_group_for_as_long_as_it_is_open(keys: dict[str, str], impatient: None) -> None:
    async with Socket() as socket:
        await socket.log_in(keys["service"], "log.")
        await forget_members()
        async with asyncio.timeout(PATIENCE):
            while await socket.frame() == HEARTBEAT:
                await adispatch_event("log.info")


async def forget_members() -> None:
    """Do what the in-process layer does after a day; Redis forgets nobody."""
    members: dict[str, Any] = getattr(get_channel_layer(), "groups", {})
    for name in members.get(bus.GROUP, {}).copy():
        del members[bus.GROUP][name]


async def test_without_a_channel_layer_sockets_still_live(keys: dict[str, str], settings: Any) -> None:
    settings.CHANNEL_LAYERS = {}
    async with Socket() as socket:
        await socket.log_in(keys["service"], "*")
        await adispatch_event("log.info")
        await socket.log_in(keys["service"], "*")
