"""Django behind ASGI, with one hop: a request is worked on by one thread from the first line to the last.

Django's own handler gives each request a new thread, and with it a new database connection. Here a fixed
number of threads keep theirs, the whole synchronous chain (middleware, view, queries) runs in one of them,
and the event loop stays free for sockets.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any, cast

from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponseBase
from django.urls import set_script_prefix

from ayonevents import failure
from ayonevents.longpoll import LongPolls
from ayonevents.middleware import BrowserRulesMiddleware, RequestIdMiddleware, request_id_for
from ayonevents.threads import Busy, Threads
from events import conf

logger = logging.getLogger(__name__)

DRAIN_LIMIT = 64 * 2**20
"""Bytes of a refused body that are still read, so that the client gets to see the refusal."""


class BodyTooLarge(Exception):
    """The body is larger than EVENTS_MAX_BODY."""


class ThreadedHandler(ASGIHandler):
    """Serves HTTP requests with the synchronous chain in a pool of EVENTS_THREADS threads."""

    def __init__(self) -> None:
        """Load the middleware."""
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = Threads()
        # Half of the threads are left to other requests when all the world waits and something happens.
        self.polls = LongPolls(self.threads, at_a_time=max(1, conf.threads() // 2))
        # Refusals are made without a thread; of the middleware they see what only writes headers.
        self._busy = RequestIdMiddleware(BrowserRulesMiddleware(failure.busy))
        self._too_large = RequestIdMiddleware(BrowserRulesMiddleware(failure.too_large))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        try:
            body = await self._body(receive)
        except RequestAborted:
            return
        except BodyTooLarge:
            await self.send_response(self._answered(self._too_large, scope, b""), send)
            return
        try:
            response = await self.polls.answer(partial(self._respond, scope, body), receive)
        except Busy:
            await self.send_response(self._answered(self._busy, scope, b""), send)
            return
        try:
            await self.send_response(response, send)
        finally:
            if response.streaming:
                await asyncio.get_running_loop().run_in_executor(self.threads, response.close)

    async def _body(self, receive: Any) -> bytes:
        """Return the body; a body over the limit is read to its end, but not kept."""
        limit = conf.max_body()
        chunks: list[bytes] = []
        size = 0
        while True:
            event = await receive()
            if event["type"] == "http.disconnect":
                raise RequestAborted
            size += len(event.get("body", b""))
            if size <= limit:
                chunks.append(event.get("body", b""))
            if not event.get("more_body", False) or size > DRAIN_LIMIT:
                break
        if size > limit:
            raise BodyTooLarge
        return b"".join(chunks)

    def _respond(self, scope: Any, body: bytes) -> HttpResponseBase:
        """Run the whole chain; it answers exceptions by itself."""
        signals.request_started.send(sender=self.__class__, scope=scope)
        response = self._answered(self.get_response, scope, body)
        if not response.streaming:  # its bytes are all there; another hop to this thread would be one for nothing
            response.close()
        return response

    def _answered(self, answer: Callable[[HttpRequest], HttpResponseBase], scope: Any, body: bytes) -> HttpResponseBase:
        """Return the answer to a request, or to one that is none."""
        set_script_prefix(get_script_prefix(scope))
        request, refusal = self.create_request(scope, BytesIO(body))
        return answer(request) if request is not None else _named(refusal, scope)


def _named(response: Any, scope: Any) -> HttpResponseBase:
    """Return an answer that no middleware has seen, with the id of its request."""
    given = dict(scope["headers"]).get(b"x-request-id", b"")
    response["X-Request-ID"] = request_id_for(given.decode("latin-1"))
    return cast("HttpResponseBase", response)
