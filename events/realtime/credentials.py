"""Who is behind a socket: by the token it sends, or by the headers of its handshake."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.utils.http import is_same_domain

from events import accounts
from events.actor import Actor
from events.errors import CredentialInvalid

Credential: TypeAlias = Callable[[], Actor]
"""Asks the database whose it is, as often as it is called; CredentialInvalid when it is nobody's (any more)."""


def credential_for(token: str) -> Credential:
    """Return the credential that a client has sent: what has the length of a login token is one, or else a key."""
    if len(token) == accounts.TOKEN_LENGTH:
        return partial(accounts.actor_for_token, token)
    return partial(accounts.actor_for_key, token)


def credential_of(scope: Mapping[str, Any]) -> Credential | None:
    """Return the credential that the handshake came with; None if there is none that counts.

    A key goes before a token, and both before a browser's session. The session's cookie counts only on
    pages of this server: browsers send it along from any page, and say from which one in ``Origin``.
    """
    request = _request(scope)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    scheme, secret = scheme.lower(), secret.strip()
    key = request.headers.get("X-Api-Key") or (secret if scheme == "apikey" else "")
    if key:
        return partial(accounts.actor_for_key, key)
    if scheme == "bearer" and len(secret) == accounts.TOKEN_LENGTH:
        return partial(accounts.actor_for_token, secret)
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # A quoted cookie can hold any character, and PostgreSQL cannot be asked for a NUL.
    if session and session.isprintable() and _is_from_own_page(request):
        return partial(_actor_for_session, session)
    return None


def _request(scope: Mapping[str, Any]) -> HttpRequest:
    """Return the handshake as the HTTP request that it is, so that Django reads its host, scheme and cookies."""
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "method": "GET", "scheme": scheme, "query_string": b""}, BytesIO())


def _is_from_own_page(request: HttpRequest) -> bool:
    """Tell whether the page is this server's, or one of CSRF_TRUSTED_ORIGINS, as Django decides it for a POST."""
    origin = request.headers.get("Origin", "")
    with suppress(DisallowedHost):
        if origin == f"{request.scheme}://{request.get_host()}":
            return True
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    trusted = (each.partition("://") for each in settings.CSRF_TRUSTED_ORIGINS)
    return any(page.scheme == scheme and is_same_domain(page.netloc, host.lstrip("*")) for scheme, _, host in trusted)


def _actor_for_session(key: str) -> Actor:
    """Return who is logged in to the viewer; a logout, a new password or a disabled user end the session."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        raise CredentialInvalid
    return accounts.actor_of(user)
