"""Catching up: a client that comes back gets what it has missed, in order, and then the live feed without a seam.

1. Read the settled part of the stream from the client's position to the hub's cursor, page by page.
2. Should the cursor have moved meanwhile, go on with 1.
3. In one step of the event loop: write what the hub has delivered above its cursor, and go live. What is not
   among that has not been delivered to anybody yet, and will come live.

So each change comes exactly once, whatever is committed or delivered meanwhile.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import Error

from events import conf, outage
from events.message import Envelope
from events.realtime import frames, past, protocol
from events.realtime.clients import Audience, Client, Phase

if TYPE_CHECKING:
    from events.realtime.hub import Hub

PAGE = 100
"""Changes that are read at once; they are written before it is asked whether the client takes them."""
PATIENCE = 3.0
"""Seconds that a client waits until a process that has just started knows how far the stream has settled."""
PAUSE = 0.05
"""Seconds between two looks whether the client has taken what it was sent."""


async def catch_up(hub: "Hub", client: Client, since: int) -> None:
    """Give the client what has come after the position, or tell it to load everything anew; then it is live."""
    attempt = client.round
    try:
        if not await _replay(hub, client, since, attempt) and _is_at_it(client, attempt):
            hub.write_resync(client)
    except Error as error:
        outage.report(error, "a client that comes back")
        if client.phase is not Phase.GONE:
            client.outlet.close(protocol.TRY_LATER, "")


async def _replay(hub: "Hub", client: Client, since: int, attempt: int) -> bool:
    """Write what was missed; False if that is too much, or not known."""
    if not await _is_within_reach(hub, since):
        return False
    position = since
    while _is_at_it(client, attempt):
        until = hub.follower.cursor or 0
        if position >= until:
            if hub.follower.forgotten > position:
                return False
            hub.go_live(client, position)
            break
        messages, reached = await hub.desk.ask(past.page, position, until, PAGE, conf.feed_buffer())
        if _is_at_it(client, attempt):
            position = reached
            _write(client, messages)
            client.told = position
            await _have_room(client, attempt)
    return True


async def _is_within_reach(hub: "Hub", since: int) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await hub.follower.is_known.wait()
    except TimeoutError:
        return False
    return await hub.desk.ask(past.is_within_reach, since, conf.resume_limit())


def _write(client: Client, messages: Sequence[Envelope]) -> None:
    audience = Audience(client.actor, client.subscription)
    told = [frames.of(each, each.position) for each in messages if audience.hears(each)]
    if told:
        client.outlet.write(client.outlet.pack(told))


async def _have_room(client: Client, attempt: int) -> None:
    """Wait until the client has taken most of what it was sent."""
    while client.outlet.unsent() > conf.feed_buffer() and _is_at_it(client, attempt):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(PAUSE)


def _is_at_it(client: Client, attempt: int) -> bool:
    """Tell whether the client is still there and has not begun anew."""
    return client.phase is Phase.CATCHING_UP and client.round == attempt
