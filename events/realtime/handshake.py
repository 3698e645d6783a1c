"""What a connection began with."""

import logging
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from events import conf, throttle
from events.errors import TooManyRequests

logger = logging.getLogger(__name__)


def request_of(scope: Mapping[str, Any]) -> HttpRequest:
    """Return the handshake as the HTTP request that it is, so that Django reads its host, scheme and cookies."""
    scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())


def admit(scope: Mapping[str, Any]) -> None:
    """Count a connection of this network address; raise TooManyRequests above EVENTS_CONNECT_RATE."""
    address = address_of(scope) or ""
    try:
        throttle.admit("connect", conf.connect_rate(), address)
    except TooManyRequests as error:
        logger.info("Turned a connection of %s away for %d seconds: EVENTS_CONNECT_RATE", address, error.wait)
        raise


def address_of(scope: Mapping[str, Any]) -> str | None:
    """Return the network address of the client; None on a Unix socket."""
    client = scope.get("client")
    return str(client[0]) if client else None
