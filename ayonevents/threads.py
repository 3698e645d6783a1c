"""The threads that work on requests: a fixed number, each with a database connection that it keeps."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from events import bus, conf

logger = logging.getLogger(__name__)

Result = TypeVar("Result")


class Busy(Exception):
    """No thread was free for EVENTS_QUEUE_SECONDS; nothing has been done."""


class Threads(ThreadPoolExecutor):
    """EVENTS_THREADS of them."""

    def __init__(self) -> None:
        """Make them; each begins with its first request."""
        super().__init__(conf.threads(), thread_name_prefix="request")
        self._is_busy = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """Return what the work returns, or raise Busy instead of letting it wait for a thread without end.

        Work that waits longer than its client does would only keep the next client waiting.
        """
        patience = conf.queue_seconds()
        future = self.submit(bus.wake_later, work)
        # Has no effect on work that a thread has begun.
        timer = asyncio.get_running_loop().call_later(patience, future.cancel) if patience else None
        try:
            result = await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not future.cancelled() or (task and task.cancelling()):
                raise
            self._report(patience)
            raise Busy from None
        finally:
            if timer is not None:
                timer.cancel()
            bus.take()
        self._is_busy = False
        return result

    def _report(self, patience: float) -> None:
        """Say once that requests are refused."""
        if not self._is_busy:
            self._is_busy = True
            logger.error("No thread was free for %.0f s: requests are refused", patience)
