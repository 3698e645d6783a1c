"""uvicorn's protocols, each with what the live feed needs of it."""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from ayonevents import asgi  # noqa: F401 - it sets Django up, and a worker process comes here first
from events.realtime.outlets import EXTENSION
from events.realtime.server_sent import PATH

LAST_REQUEST_SECONDS = 1.0
"""For how long a connection without a request may still begin one, which may be on its way, when the server stops."""


class JoiningTransport:
    """A transport that sends the head of an answer along with its body: one packet, for which a client wakes once.

    A head whose body does not follow at once goes in the next turn of the loop.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        """Take the transport of the connection."""
        self.transport = transport
        self._head = b""

    def write(self, data: bytes) -> None:
        """Send, or keep if it is a head."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data.startswith(b"HTTP/1.1 "):
            self._head = data
            asyncio.get_running_loop().call_soon(self._send_head)
            return
        self.transport.write(data)

    def _send_head(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self.transport.write(head)

    def close(self) -> None:
        """Send what is kept, and close."""
        self._send_head()
        self.transport.close()

    def __getattr__(self, name: str) -> Any:
        """Be the transport in everything else."""
        return getattr(self.transport, name)


class HttpProtocol(HttpToolsProtocol):
    """HTTP, where the stop of the server fails no request, and no event stream holds it up until the last client goes.

    uvicorn closes connections that have no request at once, and what a client is just sending over one is lost.
    """

    is_stopping = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's narrowing
        """Begin."""
        super().connection_made(cast("asyncio.Transport", JoiningTransport(transport)))

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over as it is: frames have no head."""
        self.transport = cast("JoiningTransport", self.transport).transport
        super().handle_websocket_upgrade()
        if self.is_stopping:
            cast("WebSocketsSansIOProtocol", self.transport.get_protocol()).shutdown()

    def on_headers_complete(self) -> None:
        """Begin a request; the last one, if the server stops."""
        super().on_headers_complete()
        if self.is_stopping:
            self.shutdown()

    def shutdown(self) -> None:
        """Finish the request, unless it is one that has no end, or wait for one that may be on its way."""
        self.is_stopping = True
        if not self._has_request():
            self.loop.call_later(LAST_REQUEST_SECONDS, self._close_without_request)
        elif self.cycle.scope["path"] == PATH:
            self.transport.close()
        else:
            super().shutdown()

    def _has_request(self) -> bool:
        cycle: RequestResponseCycle | Any = self.cycle  # None before the first request, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _close_without_request(self) -> None:
        if not self._has_request():
            self.transport.close()


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

    async def send(self, message: Any) -> None:
        """Take a handshake that was answered with a refusal for complete: uvicorn would log an error about it."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            self.handshake_complete = True

    def write_frames(self, encoded: bytes) -> int:
        """Write whole frames at once, without waiting, and return ``unsent()``; a closed connection takes nothing."""
        transport = self.transport
        if not self.close_sent and not transport.is_closing():
            transport.write(encoded)
        return transport.get_write_buffer_size()

    def unsent(self) -> int:
        """Return how many bytes the client has not taken yet."""
        return self.transport.get_write_buffer_size()
