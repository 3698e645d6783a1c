"""The server's processes: one, or several that share a socket and are looked after."""

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from django.core.management.base import CommandError
from uvicorn.supervisors import Multiprocess

from events import restart, waiting
from events.management.server_config import make_config


def serve(listener: socket.socket, workers: int, on_ready: Callable[[], None]) -> socket.socket | None:
    """Serve until a signal asks to stop, or somebody to restart; ``on_ready`` is called once requests are answered.

    Return the socket, still open, if it is for a restart. Several worker processes restart by themselves, one
    after the other (also on SIGHUP), so that with them it never is.
    """
    config = make_config(workers, trust_everybody=listener.family == socket.AF_UNIX)
    if workers > 1:
        supervisor = _Workers(config, listener, on_ready)
        supervisor.run()
        if supervisor.failed:
            raise CommandError("A server process could not start, and has said why: nothing is served")
        return None
    server = _Server(config, listener, on_ready)
    restart.set_stop(server.restart)
    with suppress(KeyboardInterrupt):  # Ctrl-C: by then the server has shut down in good order
        server.run(sockets=[listener])
    return server.kept


class _Server(uvicorn.Server):
    """uvicorn, with a word when it is ready."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.kept: socket.socket | None = None
        """The socket, if connections shall wait for this process to start anew."""
        self._listener = listener
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def restart(self) -> None:
        """Finish what is under way, and stop in order to start anew."""
        waiting.room.close()
        self.kept = self._listener.dup()
        self.should_exit = True


class _Workers(Multiprocess):
    """uvicorn's supervisor, with a word when all workers are ready."""

    def __init__(self, config: uvicorn.Config, listener: socket.socket, on_ready: Callable[[], None]) -> None:
        super().__init__(config, [listener])
        self._on_ready: Callable[[], None] | None = on_ready
        self.failed = False
        """A worker ended before all were ready: another one would fare no better."""

    def keep_subprocess_alive(self) -> None:
        """Look after the workers, as often as the supervisor does."""
        if self.should_exit.is_set():
            return
        if self._on_ready and not all(each.process.is_alive() for each in self.processes):
            self.failed = True
            self.should_exit.set()
            return
        super().keep_subprocess_alive()
        if self._on_ready and all(each.is_ready() for each in self.processes):
            self._on_ready()
            self._on_ready = None

    def handle_hup(self) -> None:
        """Replace the workers one by one; once, if every worker asks for it."""
        self.signal_queue[:] = [each for each in self.signal_queue if each != signal.SIGHUP]
        super().handle_hup()
