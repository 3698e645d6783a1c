"""Whoever listens stops when a restart is asked for, by this process or by another one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers
from django.db import connections

from events import restart
from events.actor import SERVER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def stopped(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Event]:
    """Set once this process would stop; it listens from now on."""
    channel_layers.backends.clear()
    event, joined = asyncio.Event(), asyncio.Event()
    layer: Any = channel_layers[DEFAULT_CHANNEL_LAYER]
    add = layer.group_add

    async def group_add(group: str, channel: str) -> None:
        await add(group, channel)
        joined.set()

    monkeypatch.setattr(layer, "group_add", group_add)
    monkeypatch.setattr(restart, "_stop", event.set)
    listening = asyncio.create_task(restart.listen())
    await asyncio.wait_for(joined.wait(), 10)
    yield event
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening
    channel_layers.backends.clear()
    await sync_to_async(connections.close_all)()


async def test_a_request_stops_the_process(stopped: asyncio.Event) -> None:
    await sync_to_async(restart.request_restart)(SERVER)
    await asyncio.wait_for(stopped.wait(), 10)


async def test_a_request_of_another_process_stops_it_too(stopped: asyncio.Event) -> None:
    await channel_layers[DEFAULT_CHANNEL_LAYER].group_send(restart.GROUP, {"type": "server.restart"})
    await asyncio.wait_for(stopped.wait(), 10)
