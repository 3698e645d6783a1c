"""The way from a stored event to everybody who waits for news, in this process and in all others.

Publishing happens after the commit and never fails the write: what cannot be published is logged. Listeners
of the same process are told at once, those of other processes through ``events.relay``. The bus is a signal
and no storage: what has to be complete is read from the database, by position.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from asgiref.sync import async_to_sync
from django.db import transaction

from events import hooks, relay
from events.message import Envelope, Message

logger = logging.getLogger(__name__)

OnEnvelope: TypeAlias = Callable[[Envelope], None]
OnGap: TypeAlias = Callable[[], None]
Result = TypeVar("Result")

AT_ONCE = 20
"""Messages that wait for the end of the work they come from; with more of them the loop is woken in between."""


@dataclass(frozen=True, slots=True, eq=False)
class _Listener:
    on_envelope: OnEnvelope
    on_gap: OnGap


@dataclass(frozen=True, slots=True)
class _Server:
    loop: asyncio.AbstractEventLoop
    relay: relay.Relay


_listeners: list[_Listener] = []
_server: _Server | None = None
_published: deque[Iterable[Envelope]] = deque()
"""What threads of this process have published, and the loop has not taken yet."""
_this_thread = threading.local()
_is_away = False
"""Whether the last message of a process without a server did not get through."""


def listen(on_envelope: OnEnvelope, on_gap: OnGap = lambda: None) -> Callable[[], None]:
    """Call ``on_envelope(envelope)`` for each message that any process of the installation publishes.

    The calls come on the event loop of this process's server, between ``start`` and ``stop``, whether the
    listener came before or after the start; they must not block. What one process publishes comes in that
    process's order, and never twice. What a listener raises is logged and stops nobody.

    ``on_gap()`` is called when messages of other processes may have been missed: Redis was away, or this
    process has only just begun to listen. Whoever needs them then looks into the database.

    Return a function that ends it, and does nothing the second time.
    """
    listener = _Listener(on_envelope, on_gap)
    _listeners.append(listener)

    def stop_listening() -> None:
        with suppress(ValueError):
            _listeners.remove(listener)

    return stop_listening


async def start() -> None:
    """Publish and listen from now on through this event loop, the server's; does nothing if that is so already.

    It does not wait for Redis: where that is away, the relay goes on trying.
    """
    global _server
    loop = asyncio.get_running_loop()
    if _server is not None and _server.loop is loop:
        return
    _server = _Server(loop, relay.Relay(_tell, _tell_of_gap))
    await _server.relay.start()


async def stop() -> None:
    """Send what was published, and end what ``start`` began."""
    global _server
    if _server is not None:
        await asyncio.sleep(0)  # what other threads have handed over to the loop
        take()
        await _server.relay.stop()
        _server = None


def publish_after_commit(*messages: Message) -> None:
    """Tell handlers, sockets and other listeners once the transaction is committed, or at once outside of one."""
    transaction.on_commit(lambda: _publish(messages), robust=True)


def tell_processes_after_commit(envelope: Envelope) -> None:
    """Tell listeners, in this process and in all others, what neither handlers nor sockets are told."""
    transaction.on_commit(lambda: _send(envelope), robust=True)


def _publish(messages: Iterable[Message]) -> None:
    _send(*messages)
    for message in messages:
        hooks.run(message)


def wake_later(work: Callable[[], Result]) -> Result:
    """Do work in a thread for whose result the loop is waiting, and will call ``take`` when it has it.

    So what the work publishes need not wake the loop for itself, which would cost the work the interpreter lock.
    """
    _this_thread.wakes_later = True
    try:
        return work()
    finally:
        _this_thread.wakes_later = False


def take() -> None:
    """Hand on what threads of this process have published; on the event loop, in the order of publishing."""
    while _published:
        for envelope in _published.popleft():
            _tell(envelope)
            if _server is not None:
                _server.relay.forward(envelope)


def _send(*envelopes: Envelope) -> None:
    if _server is not None and not _server.loop.is_closed():
        _published.append(envelopes)
        if not getattr(_this_thread, "wakes_later", False) or len(_published) > AT_ONCE:
            _server.loop.call_soon_threadsafe(take)
    elif relay.is_needed():
        _send_without_server(envelopes)


def _send_without_server(envelopes: Iterable[Envelope]) -> None:
    """Send what a command publishes; say once that it does not get through, and once that it does again."""
    global _is_away
    try:
        for envelope in envelopes:
            async_to_sync(relay.send)(envelope)
    except Exception as error:  # noqa: BLE001 - the events are stored; a dead bus must not make them look lost
        if not _is_away:
            logger.warning("The bus is away, and %s is not told: %s", _topics(envelopes), error)
        _is_away = True
    else:
        if _is_away:
            logger.warning("The bus is back")
        _is_away = False


def _topics(envelopes: Iterable[Envelope]) -> str:
    return ", ".join(sorted({each.topic for each in envelopes}))


def _tell(envelope: Envelope) -> None:
    for listener in tuple(_listeners):
        try:
            listener.on_envelope(envelope)
        except Exception:  # one listener's fault is nobody else's
            logger.exception("A listener failed on %s", envelope.topic)


def _tell_of_gap() -> None:
    for listener in tuple(_listeners):
        try:
            listener.on_gap()
        except Exception:  # as above
            logger.exception("A listener failed on a gap")
