"""What one of several server processes does about the process that started it."""

import asyncio
import multiprocessing
import os
import signal
from functools import partial

from events import restart


def follow_supervisor(loop: asyncio.AbstractEventLoop) -> None:
    """Stop when the supervisor is gone, and leave restarts to it; a process that is alone has none.

    A worker that outlived its supervisor would keep the port from the next start.
    """
    supervisor = multiprocessing.parent_process()
    if supervisor is None or supervisor.pid is None:
        return
    loop.add_reader(supervisor.sentinel, _stop, loop, supervisor.sentinel)
    restart.set_stop(partial(os.kill, supervisor.pid, signal.SIGHUP))


def _stop(loop: asyncio.AbstractEventLoop, sentinel: int) -> None:
    loop.remove_reader(sentinel)
    signal.raise_signal(signal.SIGTERM)
