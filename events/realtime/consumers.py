"""One socket: who is behind it, what it gets, and the heartbeat that shows that it lives."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from events import access, bus
from events.actor import Actor
from events.errors import CredentialInvalid, InvalidField
from events.message import Envelope
from events.realtime import protocol
from events.realtime.credentials import Credential, credential_for, credential_of

logger = logging.getLogger(__name__)

AUTH_SECONDS = 3.0
"""For how long a client may stay silent about who it is."""
HEARTBEAT_SECONDS = 2.0
"""AYON's client gives a silent socket up after 15 s, and sends a changed subscription only after a frame."""
RECHECK_SECONDS = 5.0
"""How soon a socket notices that its user was disabled, lost a project or logged out."""


class EventSocket(AsyncWebsocketConsumer):
    """Delivers the events that its client has subscribed to and may receive."""

    def __init__(self) -> None:
        """Begin as nobody."""
        super().__init__()
        self._credential: Credential | None = None
        self._actor: Actor | None = None
        self._subscription = protocol.Subscription()
        self._stop_listening: Callable[[], None] = lambda: None
        self._deliveries: set[asyncio.Task[None]] = set()
        self._over = False
        """Nothing may be sent any more: the socket is closed, or is being closed."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket to its end, whichever that is, and leave nothing of it behind."""
        tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._guard())]
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._over = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._stop_listening()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Pass a message to its method.

        Channels would send a thread to look for old database connections first, with every frame;
        ``database_sync_to_async`` does so where there is one.
        """
        await getattr(self, get_handler_name(message))(message)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:  # noqa: ARG002 - bytes are refused
        """Take a frame from the client."""
        try:
            frame = protocol.read(text_data)
        except InvalidField as error:
            await self._hang_up(protocol.UNREADABLE, f"{error.field}: {error}")
            return
        if frame is None:
            return
        try:
            await self._authenticate(frame)
        except CredentialInvalid as error:
            await self._hang_up(protocol.UNAUTHORIZED, str(error))
        except Exception:  # the database or Redis is away; the client comes again
            logger.exception("A socket could not be let in")
            await self._hang_up(protocol.TRY_LATER)

    async def _authenticate(self, frame: protocol.Auth) -> None:
        """Let the client in, or let it change its mind; the heartbeat tells it that everything counts from here on."""
        if frame.token is not None:
            self._credential = credential_for(frame.token)
        elif self._credential is None:
            self._credential = credential_of(self.scope)
        if self._credential is None:
            raise CredentialInvalid("Access token is missing")
        self._actor = await _actor_behind(self._credential)
        self._subscription = frame.subscription
        await bus.start()  # for servers that have no lifespan
        self._stop_listening()
        self._stop_listening = bus.listen(self._take)
        await self._deliver(protocol.HEARTBEAT)

    def _take(self, envelope: Envelope) -> None:
        """Deliver a message of the bus if it was asked for and may be received."""
        if self._actor is None or envelope.is_deletion:
            return
        topic, project = envelope.topic, envelope.project
        if self._subscription.covers(topic, project) and access.may_receive(
            self._actor, topic=topic, project=project, user=envelope.user, recipients=envelope.recipients
        ):
            delivery = asyncio.get_running_loop().create_task(self._deliver(envelope.frame))
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)

    async def _deliver(self, frame: str) -> None:
        if self._over:
            return
        try:
            await self.send(text_data=frame)
        except OSError:  # the client is gone, its disconnect is on the way
            self._over = True

    async def _hang_up(self, code: int, reason: str = "") -> None:
        if self._over:
            return
        self._over = True
        with suppress(OSError):  # the client was faster
            await self.close(code, reason)

    async def _beat(self) -> None:
        """Send heartbeats, however much or little else is sent."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self._actor is not None:
                await self._deliver(protocol.HEARTBEAT)

    async def _guard(self) -> None:
        """Hang up on who does not say who he is, and later on who is nobody any more."""
        try:
            await asyncio.sleep(AUTH_SECONDS)
            if self._credential is None:
                await self._hang_up(protocol.UNAUTHORIZED, "Access token is missing")
            while not self._over:
                await self._recheck()
                await asyncio.sleep(RECHECK_SECONDS)
        except Exception:  # rather no socket than one that nobody looks after
            logger.exception("A socket could not be guarded")
            await self._hang_up(protocol.TRY_LATER)

    async def _recheck(self) -> None:
        """Look up again who the credential stands for, and with which rights."""
        if (credential := self._credential) is None or self._actor is None:
            return
        try:
            actor = await _actor_behind(credential)
        except CredentialInvalid as error:
            if credential is self._credential:  # and not replaced meanwhile
                await self._hang_up(protocol.UNAUTHORIZED, str(error))
        except Error as error:
            # Nobody's rights can change either while the database is away.
            logger.warning("The rights of a socket could not be looked up again: %s", error)
        else:
            if credential is self._credential:
                self._actor = actor


class NoSocket(AsyncWebsocketConsumer):
    """What any other path has: a handshake, so that the client gets to see the close code."""

    async def connect(self) -> None:
        """Hang up."""
        await self.accept()
        await self.close(protocol.NOT_FOUND)


@database_sync_to_async
def _actor_behind(credential: Credential) -> Actor:
    return credential()
