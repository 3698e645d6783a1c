"""A WebSocket client, connected to the application that the server runs."""

import asyncio
import json
from typing import Any, Self

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.db import connections

from ayonevents.asgi import application
from events.models import Event

PATIENCE = 30
"""Seconds after which something that should have come will not come any more."""


def is_heartbeat(frame: str) -> bool:
    return frame.startswith('{"topic":"heartbeat"')


class Socket:
    """``async with Socket() as socket``: it is connected, and nobody yet."""

    def __init__(self, path: str = "/ws", **headers: str) -> None:
        sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self._communicator = WebsocketCommunicator(application, path, headers=sent)

    async def __aenter__(self) -> Self:
        assert await self._communicator.connect(PATIENCE) == (True, None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._communicator.disconnect(timeout=PATIENCE)
        await sync_to_async(connections.close_all)()

    async def say(self, frame: object) -> None:
        """Send a text as it is, bytes as a binary frame, anything else as JSON."""
        match frame:
            case str():
                await self._communicator.send_input({"type": "websocket.receive", "text": frame})
            case bytes():
                await self._communicator.send_input({"type": "websocket.receive", "bytes": frame})
            case _:
                await self.say(json.dumps(frame))

    async def log_in(self, token: str | None = None, *subscribe: str, **more: object) -> Self:
        """Say who is here and what it wants to hear of, and wait for the heartbeat that answers."""
        await self.say({"topic": "auth", "token": token, "subscribe": list(subscribe), **more})
        assert is_heartbeat(await self.frame())
        return self

    async def frame(self) -> str:
        """Return the next frame, heartbeats included."""
        frame = await self._communicator.receive_from(PATIENCE)
        assert isinstance(frame, str)
        return frame

    async def event(self) -> dict[str, Any]:
        """Return the next event."""
        async with asyncio.timeout(PATIENCE):
            while is_heartbeat(frame := await self.frame()):
                pass
        event: dict[str, Any] = json.loads(frame)
        return event

    async def topics_until(self, last: str) -> list[str]:
        """Return the topics of all events that come before one with the topic ``last``."""
        topics: list[str] = []
        while (topic := (await self.event())["topic"]) != last:
            topics.append(topic)
        return topics

    async def close_code(self) -> int:
        """Return with which code the server hangs up; nothing else may come before."""
        message = await self._communicator.receive_output(PATIENCE)
        assert message["type"] == "websocket.close", message
        code: int = message["code"]
        return code

    async def close_code_at_last(self) -> int:
        """Return with which code the server hangs up, after any number of heartbeats."""
        async with asyncio.timeout(PATIENCE):
            while (message := await self._communicator.receive_output(PATIENCE))["type"] == "websocket.send":
                assert is_heartbeat(message["text"])
        code: int = message["code"]
        return code


async def stand(socket: Socket, event_id: str) -> int:
    """Wait until the client is told that it has everything up to the event, and return where it then stands.

    Transactions of other databases on the same server may hold that up for a while.
    """
    own = (await Event.objects.aget(pk=event_id)).position
    async with asyncio.timeout(2 * PATIENCE):
        while (place := json.loads(await socket.frame()).get("position", 0)) < own:
            pass
    return int(place)
