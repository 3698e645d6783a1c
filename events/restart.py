"""Restart: every server process finishes what it is at, ends, and comes back.

A process starts anew because it was asked through this module, and for no other reason: the event
``server.restart_requested`` tells people, and whoever else dispatches that topic restarts nothing.
"""

import asyncio
import logging
import signal
from collections.abc import Callable

from django.db import transaction

from events import access, audit, bus, installation
from events.actor import Actor
from events.dispatch import NewEvent, dispatch
from events.errors import Forbidden
from events.message import Envelope

logger = logging.getLogger(__name__)

COMMAND = Envelope(
    id="",
    topic=access.RESTART_TOPIC,
    project=None,
    user=None,
    status="",
    depends_on=None,
    position=None,
    is_restart=True,
    frame="",
)
"""What tells the processes; it takes the same way as the notice for people, after it."""
GRACE_SECONDS = 0.2
"""For how long the notice may be on its way to clients of the live feed that this process has."""


def _end_worker() -> None:
    """Leave as a worker does that its supervisor ends; the supervisor then starts another one."""
    signal.raise_signal(signal.SIGTERM)


_stop: Callable[[], None] = _end_worker


def request_restart(by: Actor, *, sender: str | None = None, sender_type: str | None = None) -> None:
    """Store and publish ``server.restart_requested``, and have all server processes start anew after the commit.

    Requests in flight are answered first. Raise Forbidden if the actor may not.
    """
    if not installation.may_restart(by):
        raise Forbidden("Only managers can restart the server")
    description = f"{by.name} restarts the server"
    notice = NewEvent(
        topic=access.RESTART_TOPIC, user=by.name, sender=sender, sender_type=sender_type, description=description
    )
    with transaction.atomic():
        audit.record("server.restart", description, by=by)
        dispatch(notice)
        bus.tell_processes_after_commit(COMMAND)


def set_stop(stop: Callable[[], None]) -> None:
    """Have this process stop by a call of ``stop``, in its event loop, when a restart is asked for.

    Unless set, the process sends itself a SIGTERM: workers of uvicorn or gunicorn are brought back after it.
    """
    global _stop
    _stop = stop


def listen() -> Callable[[], None]:
    """Stop this process soon after a restart is asked for, in this process or in any other.

    Return a function that ends it, and does nothing the second time.
    """

    def take(envelope: Envelope) -> None:
        if envelope.is_restart:
            stop_listening()
            logger.info("Restarting, as asked")
            asyncio.get_running_loop().call_later(GRACE_SECONDS, _stop)

    stop_listening = bus.listen(take)
    return stop_listening
