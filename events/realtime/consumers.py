"""One socket: who is behind it, what it says, and its way into the hub and out of it."""

import asyncio
import json
import time
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from events import bus, conf, outage
from events.credentials import TOKEN_MISSING, Credential, credential_for, credential_of
from events.dispatch import NewEvent, dispatch
from events.errors import CredentialInvalid, EventError, InvalidField, TooManyRequests, UserMissing
from events.origin import Origin, coming_from
from events.realtime import frames, hub, protocol
from events.realtime.clients import Client
from events.realtime.handshake import address_of, admit, request_of
from events.realtime.outlets import FrameOutlet, Outlet, QueueOutlet, transport_of

BURST_SECONDS = 5
"""So many seconds' worth of frames a client may send at once."""


class EventSocket(AsyncWebsocketConsumer):
    """Takes what the client says; what the client gets is the hub's affair."""

    def __init__(self) -> None:
        """Begin as nobody."""
        super().__init__()
        self._client: Client | None = None
        self._outlet: Outlet | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = False
        """Nothing may be sent any more: the socket is closed, or is being closed."""
        self._allowance = conf.socket_rate() * BURST_SECONDS
        self._counted = time.monotonic()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket to its end, whichever that is, and leave nothing of it behind.

        Channels would give each socket a subscription of the channel layer of its own.
        """
        self.scope, self.base_send = scope, send
        patience = asyncio.get_running_loop().call_later(conf.socket_auth_seconds(), self._lose_patience)
        try:
            with suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        finally:
            self._over = True
            patience.cancel()
            self._leave()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Pass a message to its method.

        Channels would send a thread to look for old database connections first, with every frame;
        ``database_sync_to_async`` does so where there is one.
        """
        await getattr(self, get_handler_name(message))(message)

    async def websocket_connect(self, message: Any) -> None:  # noqa: ARG002 - the signature is channels'
        """Let anybody in who does not come too often; who it is, its first frame says."""
        try:
            admit(self.scope)
        except TooManyRequests as error:
            await self._turn_away(error.wait)
            raise StopConsumer from None
        await self.accept()

    async def _turn_away(self, seconds: int) -> None:
        """Answer the handshake with 429, where the server can do more than refuse it."""
        if "websocket.http.response" not in (self.scope.get("extensions") or {}):
            await self.close()
            return
        send: Any = self.base_send
        headers = [(b"retry-after", str(seconds).encode()), (b"content-length", b"0")]
        await send({"type": "websocket.http.response.start", "status": 429, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": b""})

    async def websocket_disconnect(self, message: Any) -> None:  # noqa: ARG002 - the signature is channels'
        """End."""
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002 - bytes are refused
        """Take a frame from the client."""
        if self._over:
            return
        if not self._may_speak():
            await self._hang_up(protocol.TOO_MANY, f"expected at most {conf.socket_rate():g} frames a second")
            return
        try:
            match protocol.read(text_data):
                case protocol.Auth() as auth:
                    await self._authenticate(auth)
                case protocol.Publish() as publish:
                    await self._publish(publish)
        except InvalidField as error:
            await self._hang_up(protocol.UNREADABLE, f"{error.field}: {error}")
        except (CredentialInvalid, UserMissing) as error:
            await self._hang_up(protocol.UNAUTHORIZED, str(error))
        except Exception as error:  # noqa: BLE001 - mostly the database is away; the client comes again
            outage.report(error, "a frame of a socket")
            await self._hang_up(protocol.TRY_LATER)

    def _may_speak(self) -> bool:
        """Count a frame, and tell whether it is one too many."""
        now = time.monotonic()
        rate = conf.socket_rate()
        self._allowance = min(self._allowance + (now - self._counted) * rate, rate * BURST_SECONDS)
        self._counted = now
        self._allowance -= 1
        return self._allowance >= 0

    async def _authenticate(self, auth: protocol.Auth) -> None:
        """Let the client in, or let it change its mind; a heartbeat tells it that everything counts from here on."""
        credential = self._credential(auth)
        actor = await _actor_behind(credential)
        await bus.start()  # for servers that have no lifespan
        if self._over:
            return
        the_hub = hub.current()
        known = self._client
        if known is not None and known.actor.name == actor.name:
            known.credential = credential
            the_hub.change(known, actor, auth.subscription)
            the_hub.restart(known, auth.since) if auth.since is not None else the_hub.greet(known)
            return
        client = Client(
            outlet=self._opened_outlet(), credential=credential, actor=actor, subscription=auth.subscription
        )
        if not the_hub.join(client, auth.since):
            most = conf.feed_clients_per_user()
            await self._hang_up(protocol.TOO_MANY, f"expected at most {most} connections of one user")
            return
        self._leave()
        self._client = client

    def _credential(self, auth: protocol.Auth) -> Credential:
        if auth.token is not None:
            return credential_for(auth.token, request_of(self.scope).headers)
        credential = self._client.credential if self._client else credential_of(request_of(self.scope))
        if credential is None:
            raise CredentialInvalid(TOKEN_MISSING)
        return credential

    async def _publish(self, said: protocol.Publish) -> None:
        """Tell the others; what may not be told is answered with an error, and the socket stays."""
        client = self._client
        if client is None:
            raise CredentialInvalid(TOKEN_MISSING)
        headers = request_of(self.scope).headers
        try:
            new = NewEvent(
                topic=said.topic,
                sender=said.sender or headers.get("X-Sender"),
                sender_type="api",
                project=said.project,
                description=said.description,
                summary=said.summary,
                recipients=said.recipients,
                store=False,
            )
            with coming_from(Origin(lambda: client.actor.name, address_of(self.scope))):
                await database_sync_to_async(dispatch)(new, client.actor)
        except EventError as error:
            self._refuse(client, error.code, str(error), **error.details)
        except Error:
            self._refuse(client, "database_away", "The database is away, come again")

    def _refuse(self, client: Client, code: str, detail: str, **more: object) -> None:
        refusal = {"topic": "error", "code": code, "detail": detail, **more}
        text = json.dumps(refusal, ensure_ascii=False, separators=(",", ":"))
        client.outlet.write(client.outlet.pack([frames.Frame(text)]))

    def _opened_outlet(self) -> Outlet:
        """Return where frames go: into the transport, where the server lets us, or through ``send``."""
        if self._outlet is None:
            if transport := transport_of(self.scope):
                self._outlet = FrameOutlet(transport, self._close)
            else:
                queue = QueueOutlet(frames.texts, self._send_texts, self._close)
                self._outlet = queue
                self._spawn(queue.run())
        return self._outlet

    async def _send_texts(self, texts: tuple[str, ...]) -> None:
        for text in texts:
            if self._over:
                return
            try:
                await self.send(text_data=text)
            except OSError:  # the client is gone, its disconnect is on the way
                self._over = True

    def _close(self, code: int, reason: str) -> None:
        self._spawn(self._hang_up(code, reason))

    def _lose_patience(self) -> None:
        if self._client is None:
            self._close(protocol.UNAUTHORIZED, TOKEN_MISSING)

    async def _hang_up(self, code: int, reason: str = "") -> None:
        if self._over:
            return
        self._over = True
        self._leave()
        with suppress(OSError):  # the client was faster
            await self.close(code, reason)

    def _leave(self) -> None:
        if self._client is not None:
            hub.current().leave(self._client)
            self._client = None

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class NoSocket(AsyncWebsocketConsumer):
    """What any other path has: a handshake, so that the client gets to see the close code."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002 - the signature is ASGI's
        """Hang up."""
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close", "code": protocol.NOT_FOUND})


@database_sync_to_async
def _actor_behind(credential: Credential) -> Any:
    return credential.actor()
