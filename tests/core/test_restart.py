"""Whoever listens stops when a restart is asked for, by this process or by another one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections

from events import bus, relay, restart
from events.actor import SERVER
from events.message import Envelope

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def stopped(settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Queue[None]]:
    """Has an entry for each time that this process would stop; it listens from now on."""
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "tests.core.layers.FakeRedis"}}
    stops: asyncio.Queue[None] = asyncio.Queue()
    monkeypatch.setattr(restart, "_stop", lambda: stops.put_nowait(None))
    monkeypatch.setattr(restart, "GRACE_SECONDS", 0.01)
    await bus.start()
    stop_listening = restart.listen()
    yield stops
    stop_listening()
    await bus.stop()
    await sync_to_async(connections.close_all)()


async def test_a_request_stops_the_process_after_the_notice(stopped: asyncio.Queue[None]) -> None:
    told: list[Envelope] = []
    stop_listening = bus.listen(told.append)
    await sync_to_async(restart.request_restart)(SERVER)
    await asyncio.wait_for(stopped.get(), 30)
    stop_listening()
    assert [(each.topic, bool(each.frame), each.is_restart) for each in told] == [
        ("audit.server.restart", True, False),
        ("server.restart_requested", True, False),
        ("server.restart_requested", False, True),
    ]


async def test_a_request_of_another_process_stops_it_too(stopped: asyncio.Queue[None]) -> None:
    await relay.send(restart.COMMAND)
    await asyncio.wait_for(stopped.get(), 30)
