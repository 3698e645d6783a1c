"""What a connection began with."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest

from events import conf, throttle


def request_of(scope: Mapping[str, Any]) -> HttpRequest:
    """Return the handshake as the HTTP request that it is, so that Django reads its host, scheme and cookies."""
    scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme}, BytesIO())


def admit(scope: Mapping[str, Any]) -> None:
    """Count a connection of this network address; raise TooManyRequests above EVENTS_CONNECT_RATE."""
    throttle.admit("connect", conf.connect_rate(), address_of(scope) or "")


def address_of(scope: Mapping[str, Any]) -> str | None:
    """Return the network address of the client; None on a Unix socket."""
    client = scope.get("client")
    return str(client[0]) if client else None
