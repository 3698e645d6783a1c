"""The way from a stored event to the sockets, of this process and of all others.

Publishing happens after the commit and never fails the write: what cannot be published is logged.
"""

import asyncio
import logging
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from events import hooks
from events.message import Message

logger = logging.getLogger(__name__)

GROUP = "events"
"""The group of the channel layer that every socket belongs to."""
EVENT = "event.message"
"""The type of the layer's messages: consumers handle it in ``event_message``."""

_server_loop: asyncio.AbstractEventLoop | None = None


def attach(loop: asyncio.AbstractEventLoop | None) -> None:
    """Publish from now on through the server's event loop, so that no thread makes a loop of its own."""
    global _server_loop
    _server_loop = loop


def publish_after_commit(message: Message) -> None:
    """Tell handlers and sockets once the transaction is committed, or at once outside of one."""
    transaction.on_commit(lambda: _publish(message), robust=True)


def _publish(message: Message) -> None:
    envelope = {
        "type": EVENT,
        "topic": message.topic,
        "project": message.project,
        "user": message.user,
        "recipients": None if message.recipients is None else list(message.recipients),
        "frame": message.frame,
    }
    try:
        if _server_loop is not None:
            _server_loop.call_soon_threadsafe(_start_sending, envelope)
        else:
            async_to_sync(_send)(envelope)
    except Exception:  # the event is stored; a dead bus must not make it look lost
        logger.exception("Could not publish %s", message.topic)
    hooks.run(message)


_sending: set[asyncio.Task[None]] = set()


def _start_sending(envelope: dict[str, Any]) -> None:
    task = asyncio.get_running_loop().create_task(_send(envelope))
    _sending.add(task)
    task.add_done_callback(_sending.discard)


async def drain() -> None:
    """Wait until all that was published is sent."""
    while _sending:
        await asyncio.gather(*_sending, return_exceptions=True)


async def _send(envelope: dict[str, Any]) -> None:
    try:
        layer = get_channel_layer()
        if layer is not None:
            await layer.group_send(GROUP, envelope)
    except Exception:  # Redis is away: sockets miss the frame, the event is stored
        logger.exception("Could not publish %s", envelope["topic"])
