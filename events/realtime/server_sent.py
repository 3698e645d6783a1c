"""``GET /api/stream``: the live feed as server-sent events, for ``EventSource`` and ``curl -N``. An ASGI application.

``topics`` (beginnings of topics, comma-separated or repeated; without it, everything) and ``project`` say what is to
be heard, ``Last-Event-ID`` or ``since`` from where on. It goes through the same hub as the sockets, with the
same access, and costs no thread.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from channels.db import database_sync_to_async
from django.db import Error
from django.http import HttpRequest

from events import bus, conf, outage
from events.actor import Actor
from events.credentials import CHALLENGE, TOKEN_MISSING, Credential, credential_of
from events.errors import CredentialInvalid, InvalidField, TooManyRequests, UserMissing
from events.realtime import frames, hub, protocol
from events.realtime.clients import Client
from events.realtime.handshake import admit, request_of
from events.realtime.outlets import QueueOutlet
from events.realtime.protocol import Subscription

PATH = "/api/stream"
RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a browser comes back."""
FULL_SECONDS = 10
"""After how long somebody may try again who has as many connections as one user may have: one of them may be gone."""
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # proxies shall pass on what there is
    (b"x-content-type-options", b"nosniff"),
)

Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]


class EventStream:
    """One stream; ``scope`` is that of the request."""

    def __init__(self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
        """Take what ASGI gives."""
        self._scope = scope
        self._request = request_of(scope)
        self._method = scope["method"]
        self._receive = receive
        self._send = send
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Answer the request: with the stream, until the client goes, or with why it gets none."""
        if self._method not in ("GET", "HEAD"):
            await self._refuse(405, f"Method {self._method} not allowed", (b"allow", b"GET, HEAD"))
            return
        try:
            admit(self._scope)
            subscription, since = _wanted(self._request)
            credential = _credential_of(self._request)
            actor = await _actor_behind(credential)
        except TooManyRequests as error:
            await self._refuse(429, str(error), (b"retry-after", str(error.wait).encode()))
        except InvalidField as error:
            await self._refuse(400, f"{error.field}: {error}")
        except CredentialInvalid as error:
            await self._refuse(401, str(error), (b"www-authenticate", CHALLENGE.encode()))
        except UserMissing as error:
            await self._refuse(404, str(error))
        except Error as error:
            outage.report(error, "an event stream")
            await self._refuse(503, "The database is away", (b"retry-after", b"1"))
        else:
            await self._stream(credential, actor, subscription, since)

    async def _stream(
        self, credential: Credential, actor: Actor, subscription: Subscription, since: int | None
    ) -> None:
        await bus.start()  # for servers that have no lifespan
        outlet = QueueOutlet(frames.events, self._write, lambda _code, _reason: self._ended.set())
        client = Client(outlet=outlet, credential=credential, actor=actor, subscription=subscription)
        the_hub = hub.current()
        if not the_hub.join(client, since):
            detail = f"Expected at most {conf.feed_clients_per_user()} connections of one user"
            await self._refuse(429, detail, (b"retry-after", str(FULL_SECONDS).encode()))
            return
        tasks: list[asyncio.Task[Any]] = []
        try:
            await self._send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            if self._method == "GET":
                await self._write(RETRY)
                tasks = [asyncio.create_task(work) for work in (outlet.run(), self._gone(), self._ended.wait())]
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            the_hub.leave(client)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await self._send({"type": "http.response.body", "body": b""})

    async def _gone(self) -> None:
        """Wait until the client is gone."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _write(self, chunk: bytes) -> None:
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def _refuse(self, status: int, detail: str, *headers: tuple[bytes, bytes]) -> None:
        body = json.dumps({"code": status, "detail": detail}).encode()
        sent = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *headers]
        await self._send({"type": "http.response.start", "status": status, "headers": sent})
        await self._send({"type": "http.response.body", "body": body})


def _wanted(request: HttpRequest) -> tuple[Subscription, int | None]:
    """Return what the client wants to hear of, and from where on."""
    patterns = [pattern for given in request.GET.getlist("topics") for pattern in given.split(",") if pattern]
    since = request.headers.get("Last-Event-ID") or request.GET.get("since")
    subscription = Subscription(protocol.prefixes_of(patterns or ["*"]), request.GET.get("project") or None)
    return subscription, protocol.position(since, "since")


def _credential_of(request: HttpRequest) -> Credential:
    credential = credential_of(request)
    if credential is None:
        raise CredentialInvalid(TOKEN_MISSING)
    return credential


@database_sync_to_async
def _actor_behind(credential: Credential) -> Actor:
    return credential.actor()


def with_event_stream(application: Any) -> Any:
    """Return the application with the event stream in front of it."""

    async def front(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        if scope["path"] == PATH:
            await EventStream(scope, receive, send).serve()
        else:
            await application(scope, receive, send)

    return front
