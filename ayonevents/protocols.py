"""uvicorn's protocols, each with what the live feed needs of it."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ayonevents import asgi  # noqa: F401 - it sets Django up, and a worker process comes here first
from events.realtime.outlets import EXTENSION
from events.realtime.server_sent import PATH


class HttpProtocol(HttpToolsProtocol):
    """HTTP, where an event stream does not hold up the stop of the server until the last client goes."""

    def shutdown(self) -> None:
        """Finish the request, unless it is one that has no end."""
        cycle: RequestResponseCycle | Any = self.cycle  # None before the first request, whatever its type says
        if cycle is not None and not cycle.response_complete and cycle.scope["path"] == PATH:
            self.transport.close()
        else:
            super().shutdown()


class FrameProtocol(WebSocketsSansIOProtocol):
    """WebSockets that also take frames which are encoded already.

    What the server sends is not masked, so one encoded frame serves all sockets, and any number of frames is one
    write. The sockets find this in the extensions of their scope, and do without it on other servers.
    """

    async def run_asgi(self) -> None:
        """Offer the extension to the application."""
        extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
        extensions[EXTENSION] = self
        await super().run_asgi()

    def write_frames(self, encoded: bytes) -> None:
        """Write whole frames at once, without waiting; nothing happens on a closed connection."""
        if self.handshake_complete and not self.close_sent and not self.transport.is_closing():
            self.transport.write(encoded)

    def unsent(self) -> int:
        """Return how many bytes the client has not taken yet."""
        return self.transport.get_write_buffer_size()
