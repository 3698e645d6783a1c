"""The attendance list: the hub tells the other processes who is connected to this one."""

import asyncio
import os
import platform
import secrets
from typing import TYPE_CHECKING

from django.db import Error

from events import outage, presence
from events.presence import Connected
from events.realtime import frames
from events.realtime.clients import Client

if TYPE_CHECKING:
    from collections.abc import Iterable

    from events.realtime.hub import Hub

LOOK_SECONDS = 2.0
"""How soon a change is told."""
REPEAT_LOOKS = 5
"""After so many looks it is told again, though nothing has changed, so that it stays fresh."""


class Attendance:
    """What this process has told about a hub."""

    def __init__(self, hub: "Hub") -> None:
        """Tell nothing yet: who leaves at once is not worth a row."""
        self._hub = hub
        self._process = f"{platform.node()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._told: list[Connected] | None = None

    async def keep(self) -> None:
        """Tell of changes until cancelled."""
        looks = 0
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            looks += 1
            now = counted(self._hub.clients)
            if now != self._told or looks >= REPEAT_LOOKS:
                looks = 0
                await self._tell(now)

    async def _tell(self, connected: list[Connected]) -> None:
        try:
            await self._hub.desk.ask(presence.tell, self._process, connected)
        except Error as error:  # it is told at the next look
            outage.report(error, "telling who is connected")
        else:
            self._told = connected

    def end(self) -> None:
        """Take back what was told; the hub ends."""
        if self._told is not None:
            self._hub.desk.ask(_leave, self._process)


def _leave(process: str) -> None:
    try:
        presence.leave(process)
    except Error as error:  # the row gets old by itself
        outage.report(error, "telling that nobody is connected")


def counted(clients: "Iterable[Client]") -> list[Connected]:
    """Count the connections of each user."""
    found: dict[tuple[str, str], Connected] = {}
    for client in clients:
        name, role = client.actor.name, client.actor.role
        each = found.setdefault((name, role), Connected(name=name, role=role))
        if client.outlet.pack is frames.events:
            each.streams += 1
        else:
            each.sockets += 1
    return sorted(found.values(), key=lambda each: (each.name, each.role))
