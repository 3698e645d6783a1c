"""Restart: every server process finishes what it is at, ends, and comes back.

A process starts anew because it was asked through this module, and for no other reason: the event
``server.restart_requested`` tells people, and whoever else dispatches that topic restarts nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Callable

from asgiref.sync import async_to_sync
from channels import DEFAULT_CHANNEL_LAYER
from channels.layers import channel_layers
from django.db import transaction

from events import access
from events.actor import Actor
from events.dispatch import NewEvent, dispatch
from events.errors import Forbidden

logger = logging.getLogger(__name__)

TOPIC = "server.restart_requested"
GROUP = "servers"
"""The group of the channel layer that every server process belongs to."""
NOTICE_SECONDS = 0.5
"""How long clients of the live feed have for the notice, which takes another way than the word to restart."""
REJOIN_SECONDS = 600.0
"""The in-process layer drops members after a day."""
RETRY_SECONDS = 5.0
"""How soon a process tries again to hear of restarts after Redis was away."""


def _end_worker() -> None:
    """Leave as a worker does that its supervisor ends; the supervisor then starts another one."""
    signal.raise_signal(signal.SIGTERM)


_stop: Callable[[], None] = _end_worker
_server_loop: asyncio.AbstractEventLoop | None = None


def request_restart(by: Actor, *, sender: str | None = None, sender_type: str | None = None) -> None:
    """Store and publish ``server.restart_requested``, and have all server processes start anew after the commit.

    Requests in flight are answered first. Raise Forbidden if the actor may not.
    """
    if not access.may_restart(by):
        raise Forbidden("Only managers can restart the server")
    description = f"{by.name} restarts the server"
    dispatch(NewEvent(topic=TOPIC, user=by.name, sender=sender, sender_type=sender_type, description=description))
    transaction.on_commit(_tell_servers, robust=True)


def set_stop(stop: Callable[[], None]) -> None:
    """Have this process stop by a call of ``stop``, in its event loop, when a restart is asked for.

    Unless set, the process sends itself a SIGTERM: workers of uvicorn or gunicorn are brought back after it.
    """
    global _stop
    _stop = stop


def _tell_servers() -> None:
    if _server_loop is not None:
        asyncio.run_coroutine_threadsafe(_tell(), _server_loop)
    else:
        async_to_sync(_tell)()


async def _tell() -> None:
    try:
        await channel_layers[DEFAULT_CHANNEL_LAYER].group_send(GROUP, {"type": "server.restart"})
    except Exception:  # Redis is away: the event is stored, and the operator sees that nothing restarts
        logger.exception("The server processes could not be told to restart")


async def listen() -> None:
    """Wait until a restart is asked for, in this process or in any other, and stop this one."""
    global _server_loop
    _server_loop = asyncio.get_running_loop()
    try:
        while True:
            try:
                await _notice()
                break
            except Exception:
                logger.exception("Requests to restart cannot be heard for now")
                await asyncio.sleep(RETRY_SECONDS)
    finally:
        _server_loop = None
    logger.info("Restarting, as asked")
    await asyncio.sleep(NOTICE_SECONDS)
    _stop()


async def _notice() -> None:
    """Return once somebody asks for a restart."""
    layer = channel_layers[DEFAULT_CHANNEL_LAYER]
    channel = await layer.new_channel()
    asked = asyncio.ensure_future(layer.receive(channel))
    try:
        while not asked.done():
            await layer.group_add(GROUP, channel)
            await asyncio.wait([asked], timeout=REJOIN_SECONDS)
    finally:
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
