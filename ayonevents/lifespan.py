"""What happens when the server starts and when it stops."""

import asyncio
import gc
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from types import FrameType
from typing import Any, TypeAlias

from asgiref.sync import sync_to_async
from django.db import connections

from ayonevents.worker import follow_supervisor
from events import bus, conf, restart, waiting

Handler: TypeAlias = Callable[[int, FrameType | None], object]

BUSY_SECONDS = 10.0
"""For how long a stop waits for a request that is still worked on before the idle threads end without it."""


class Lifespan:
    """Ties bus and restart to the server's event loop, and ends the threads with their database connections."""

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        """Take the threads that requests are served with, EVENTS_THREADS of them."""
        self.threads = threads
        self.stop_listening: Callable[[], None] = lambda: None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - the signature is ASGI's
        """Follow the server through its life."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                follow_supervisor(asyncio.get_running_loop())
                await bus.start()
                self.stop_listening = restart.listen()
                _send_away_at_signals(asyncio.get_running_loop())
                _keep_what_is_loaded()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _stop(self) -> None:
        """End the threads first: what they publish at last still goes through the loop."""
        self.stop_listening()
        together = threading.Barrier(conf.threads())
        for _ in range(conf.threads()):
            self.threads.submit(_close_connections, together)
        await asyncio.to_thread(self.threads.shutdown)
        await sync_to_async(connections.close_all)()  # the thread that looks up who is behind a socket
        await bus.stop()


def _keep_what_is_loaded() -> None:
    """Spare the collector what stays to the end: going through all of Django took it 60 ms, which every socket felt."""
    gc.collect()
    gc.freeze()


def _send_away_at_signals(loop: asyncio.AbstractEventLoop) -> None:
    """Answer who waits for a job as soon as the server is told to stop: it would wait for them otherwise."""
    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        stop = signal.getsignal(number)
        if callable(stop):
            signal.signal(number, _chain(loop, stop))


def _chain(loop: asyncio.AbstractEventLoop, stop: Handler) -> Handler:
    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(waiting.room.close)
        stop(number, frame)

    return handle


def _close_connections(together: threading.Barrier) -> None:
    """Close this thread's connections, once every thread has come here: so each of them does it once."""
    with suppress(threading.BrokenBarrierError):
        together.wait(BUSY_SECONDS)
    connections.close_all()
