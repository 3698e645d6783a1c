"""The doors that stay open: what somebody hears there, and what somebody may tell the others."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import sync_to_async

from events import adispatch_event, aupdate_event, hooks, position
from events.message import Message
from tests.doors.world import EVENTS, WHISPER, account_of, fields_of
from tests.realtime.sockets import Socket
from tests.realtime.streams import stream

END = "server.started"
"""What everybody hears who was let in; nothing comes after it."""


@dataclass
class Caller:
    """Somebody who calls at a door that stays open; what is said to him is kept in ``heard``."""

    role: str
    key: str | None
    heard: list[str] = field(default_factory=list)

    async def let_it_happen(self) -> None:
        """Make one event of each kind and change it."""
        for kind in EVENTS:
            event = await adispatch_event(**fields_of(kind, self.role))
            await aupdate_event(event, summary={"text": f"{WHISPER} twice"})
        await adispatch_event(END)

    async def kinds_until_the_end(self, hear: Callable[[], Awaitable[dict[str, Any]]]) -> set[str]:
        """Return the kinds of the events that come, new or changed."""
        kinds: set[str] = set()
        while (event := await hear())["topic"] != END:
            self.heard.append(json.dumps(event))
            kinds.add(event["description"].removeprefix(f"{WHISPER} "))
        return kinds


async def hears_on_a_socket(caller: Caller) -> set[str]:
    async with Socket() as socket:
        if caller.key is None:
            return await _is_hung_up_on(caller, socket)
        await socket.log_in(caller.key, "*")
        await caller.let_it_happen()
        return await caller.kinds_until_the_end(socket.event)


async def hears_on_a_socket_later(caller: Caller) -> set[str]:
    since = await _settled()
    await caller.let_it_happen()
    async with Socket() as socket:
        if caller.key is None:
            return await _is_hung_up_on(caller, socket)
        await socket.say({"topic": "auth", "token": caller.key, "subscribe": ["*"], "since": since})
        return await caller.kinds_until_the_end(socket.event)


async def hears_on_a_stream(caller: Caller) -> set[str]:
    async with stream(headers=_headers(caller)) as opened:
        if opened.status != 200:
            caller.heard.append((await opened.body())[0])
            return set()
        await opened.block()
        await caller.let_it_happen()
        return await caller.kinds_until_the_end(opened.event)


async def hears_on_a_stream_later(caller: Caller) -> set[str]:
    since = await _settled()
    await caller.let_it_happen()
    async with stream(headers=_headers(caller), since=str(since)) as opened:
        if opened.status != 200:
            caller.heard.append((await opened.body())[0])
            return set()
        return await caller.kinds_until_the_end(opened.event)


async def tells_on_a_socket(caller: Caller) -> set[str]:
    """Return of which kinds an event was told to anybody: here they are what the caller says himself."""
    told: list[Message] = []
    unsubscribe = hooks.subscribe("*", told.append, updates=True)
    try:
        async with Socket() as socket:
            if caller.key is not None:
                await socket.log_in(caller.key)
            for kind in EVENTS:
                event = {key: fields_of(kind, caller.role)[key] for key in ("topic", "project", "description")}
                await socket.say({"topic": "publish", "event": event})
            if caller.key is None:
                caller.heard.append(str(await socket.close_code()))
            else:
                await _until_a_heartbeat(caller, socket)
    finally:
        unsubscribe()
    assert {message.event["user"] for message in told} <= {account_of(caller.role)}
    return {str(message.event["description"]).removeprefix(f"{WHISPER} ") for message in told}


async def _is_hung_up_on(caller: Caller, socket: Socket) -> set[str]:
    """Ask without a credential, and hear nothing but the close code."""
    await socket.say({"topic": "auth", "subscribe": ["*"], "since": 0})
    caller.heard.append(str(await socket.close_code()))
    return set()


async def _until_a_heartbeat(caller: Caller, socket: Socket) -> None:
    """Wait until everything that was said is answered: frames are taken one after the other."""
    await socket.say({"topic": "auth", "token": caller.key})
    while '"topic":"heartbeat"' not in (frame := await socket.frame()):
        caller.heard.append(frame)


def _headers(caller: Caller) -> dict[str, str]:
    return {"x-api-key": caller.key} if caller.key else {}


async def _settled() -> int:
    """Return where the stream ends, as somebody knows it who has heard everything so far."""
    await adispatch_event("test.before")
    return await sync_to_async(position.settled)()


LIVE_DOORS: dict[str, tuple[str, Callable[[Caller], Awaitable[set[str]]]]] = {
    "socket": ("receive", hears_on_a_socket),
    "socket, missed": ("receive", hears_on_a_socket_later),
    "stream": ("receive", hears_on_a_stream),
    "stream, missed": ("receive", hears_on_a_stream_later),
    "socket, publish": ("dispatch", tells_on_a_socket),
}
"""The verb of each, and for which kinds of events it lets somebody through."""
