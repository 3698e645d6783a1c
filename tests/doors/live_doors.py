"""The doors that stay open: what somebody hears there, and what somebody may tell the others."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from asgiref.sync import sync_to_async

from events import adispatch_event, aupdate_event, hooks, position
from events.delete import delete
from events.message import Message
from tests.doors.table import CALLERS, EVENTS
from tests.doors.world import WHISPER, fields_of, headers_of
from tests.realtime.sockets import PATIENCE, Socket
from tests.realtime.streams import Stream, stream

END = "server.started"
"""What everybody hears who was let in; nothing comes after it."""
MISSED = ("changed",)
"""What is told later: how an event is by then."""
LIVE = ("new", "changed", "passing")
"""What is told as it happens; what is passing is not stored."""
WITH_DELETIONS = (*LIVE, "deleted")
Heard: TypeAlias = dict[str, set[str]]
"""For each of the things that happen to an event, the kinds of events that somebody has heard it of."""


@dataclass
class Visit:
    """Somebody at a door that stays open; all that is said to him is kept in ``heard``."""

    who: str
    key: str | None
    heard: list[str] = field(default_factory=list)
    ids: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of the events of each kind."""

    @property
    def headers(self) -> dict[str, str]:
        """Return what says who is there."""
        return {name.lower(): value for name, value in headers_of(self.who, self.key).items()}

    async def let_happen(self, what: Collection[str]) -> None:
        """Make one event of each kind and change it; the sender is what happens."""
        for kind in EVENTS:
            about = fields_of(kind, self.who)
            event = await adispatch_event(**about | {"sender": "new"})
            await aupdate_event(event, sender="changed", summary={"text": f"{WHISPER} twice"})
            self.ids[kind].append(event)
            if "passing" in what:
                self.ids[kind].append(await adispatch_event(**about | {"sender": "passing"}, store=False))
            if "deleted" in what:
                await sync_to_async(delete)(event)
        await adispatch_event(END)

    async def listen(self, what: Collection[str], hear: Callable[[], Awaitable[dict[str, Any]]]) -> Heard:
        """Return what comes before the end, and only that: what should not happen has no place in it."""
        kinds: Heard = {each: set() for each in what}
        async with asyncio.timeout(6 * PATIENCE):
            while (frame := await hear()).get("topic") != END:
                if frame.get("topic") == "event-deleted":
                    kinds["deleted"] |= {kind for kind, ids in self.ids.items() if frame["id"] in ids}
                elif "description" in frame:
                    kinds[frame["sender"]].add(frame["description"].removeprefix(f"{WHISPER} "))
        return kinds

    def frames_of(self, socket: Socket) -> Callable[[], Awaitable[dict[str, Any]]]:
        async def hear() -> dict[str, Any]:
            self.heard.append(await socket.frame())
            frame: dict[str, Any] = json.loads(self.heard[-1])
            return frame

        return hear

    def blocks_of(self, opened: Stream) -> Callable[[], Awaitable[dict[str, Any]]]:
        async def hear() -> dict[str, Any]:
            self.heard.append(await opened.block())
            frame: dict[str, Any] = json.loads(self.heard[-1].partition("data: ")[2] or "{}")
            return frame

        return hear


async def hears_on_a_socket(visit: Visit) -> Heard:
    """Say the key in a frame, and in the handshake only for whom it is."""
    as_user = {name: value for name, value in visit.headers.items() if name != "x-api-key"}
    async with Socket(**as_user) as socket:
        if visit.key is None:
            return await _is_hung_up_on(visit, socket, WITH_DELETIONS)
        await socket.log_in(visit.key, "*", deletions=True)
        await visit.let_happen(WITH_DELETIONS)
        return await visit.listen(WITH_DELETIONS, visit.frames_of(socket))


async def hears_on_a_socket_later(visit: Visit) -> Heard:
    """Say everything in the handshake."""
    since = await _settled()
    await visit.let_happen(MISSED)
    async with Socket(**visit.headers) as socket:
        if visit.key is None:
            return await _is_hung_up_on(visit, socket, MISSED)
        await socket.say({"topic": "auth", "subscribe": ["*"], "since": since})
        return await visit.listen(MISSED, visit.frames_of(socket))


async def hears_on_a_stream(visit: Visit) -> Heard:
    async with stream(headers=visit.headers) as opened:
        if opened.status != 200:
            return await _is_sent_away(visit, opened, LIVE)
        await opened.counts()
        await visit.let_happen(LIVE)
        return await visit.listen(LIVE, visit.blocks_of(opened))


async def hears_on_a_stream_later(visit: Visit) -> Heard:
    since = await _settled()
    await visit.let_happen(MISSED)
    async with stream(headers=visit.headers, since=str(since)) as opened:
        if opened.status != 200:
            return await _is_sent_away(visit, opened, MISSED)
        return await visit.listen(MISSED, visit.blocks_of(opened))


async def tells_on_a_socket(visit: Visit) -> Heard:
    """Return of which kinds an event was told to anybody: here they are what somebody says himself."""
    told: list[Message] = []
    unsubscribe = hooks.subscribe("*", told.append, updates=True)
    try:
        async with Socket(**visit.headers) as socket:
            if visit.key is not None:
                await socket.log_in()
            for kind in EVENTS:
                event = {key: fields_of(kind, visit.who)[key] for key in ("topic", "project", "description")}
                await socket.say({"topic": "publish", "event": event})
            if visit.key is None:
                visit.heard.append(str(await socket.close_code()))
            else:
                await _until_a_heartbeat(visit, socket)
    finally:
        unsubscribe()
    assert {message.event["user"] for message in told} <= {CALLERS[visit.who].user}
    return {"told": {str(message.event["description"]).removeprefix(f"{WHISPER} ") for message in told}}


async def _is_hung_up_on(visit: Visit, socket: Socket, what: Collection[str]) -> Heard:
    """Ask without a credential, and hear nothing but the close code."""
    await socket.say({"topic": "auth", "subscribe": ["*"], "since": 0})
    visit.heard.append(str(await socket.close_code()))
    return {each: set() for each in what}


async def _is_sent_away(visit: Visit, opened: Stream, what: Collection[str]) -> Heard:
    visit.heard.append((await opened.body())[0])
    return {each: set() for each in what}


async def _until_a_heartbeat(visit: Visit, socket: Socket) -> None:
    """Wait until everything that was said is answered: frames are taken one after the other."""
    await socket.say({"topic": "auth"})
    while '"topic":"heartbeat"' not in (frame := await socket.frame()):
        visit.heard.append(frame)


async def _settled() -> int:
    """Return where the stream ends, as somebody knows it who has heard everything so far."""
    await adispatch_event("test.before")
    return await sync_to_async(position.settled)()


LIVE_DOORS: dict[str, tuple[str, Callable[[Visit], Awaitable[Heard]]]] = {
    "socket": ("receive", hears_on_a_socket),
    "socket, missed": ("receive", hears_on_a_socket_later),
    "stream": ("receive", hears_on_a_stream),
    "stream, missed": ("receive", hears_on_a_stream_later),
    "socket, publish": ("dispatch", tells_on_a_socket),
}
"""The verb of each, and for which kinds of events it lets somebody through."""
