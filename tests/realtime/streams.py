"""A client of server-sent events, connected to the application that the server runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.db import connections

from ayonevents.asgi import application
from tests.realtime.sockets import PATIENCE


class Stream:
    """What an ``EventSource`` sees."""

    def __init__(self, communicator: Any) -> None:
        self._communicator = communicator
        self._blocks: list[str] = []
        self.last_id: str | None = None
        self.status = 0
        self.headers: dict[str, str] = {}

    async def begin(self) -> None:
        start = await self._communicator.receive_output(PATIENCE)
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}

    async def body(self) -> Any:
        message = await self._communicator.receive_output(PATIENCE)
        return message["body"].decode(), message.get("more_body", False)

    async def block(self) -> str:
        """Return the next block; its id is remembered."""
        while not self._blocks:
            text, more = await self.body()
            assert more
            self._blocks += [each for each in text.split("\n\n") if each]
        block = self._blocks.pop(0)
        for line in block.split("\n"):
            if line.startswith("id: "):
                self.last_id = line[4:]
        return block

    async def counts(self) -> None:
        """Wait for the first heartbeat: what happens from there on comes."""
        async with asyncio.timeout(2 * PATIENCE):
            while ": heartbeat" not in await self.block():
                pass

    async def event(self) -> dict[str, Any]:
        async with asyncio.timeout(2 * PATIENCE):
            while "data: " not in (block := await self.block()):
                pass
        event: dict[str, Any] = json.loads(block.partition("data: ")[2])
        return event

    async def stand(self, number: int) -> str:
        """Wait until the id has reached the position."""
        async with asyncio.timeout(2 * PATIENCE):
            while int(self.last_id or 0) < number:
                await self.block()
        assert self.last_id is not None
        return self.last_id


@asynccontextmanager
async def stream(method: str = "GET", headers: dict[str, str] | None = None, **query: str) -> AsyncIterator[Stream]:
    sent = [(name.lower().encode(), value.encode()) for name, value in {"host": "localhost", **(headers or {})}.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/api/stream",
        "query_string": urlencode(query).encode(),
        "headers": sent,
        "scheme": "http",
    }
    make: Any = ApplicationCommunicator
    communicator = make(application, scope)
    await communicator.send_input({"type": "http.request", "body": b""})
    opened = Stream(communicator)
    await opened.begin()
    yield opened
    await communicator.send_input({"type": "http.disconnect"})
    await communicator.wait(PATIENCE)
    await sync_to_async(connections.close_all)()
