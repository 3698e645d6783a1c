"""Who sent this request: what headers, the query string and the session say, read once for every door.

In this order: an API key, a token from the login (in the cookie ``accessToken``, in a header, in the query
string), the session cookie of somebody who is logged in to the viewer. What is there and wrong is refused; it
never falls through to the next.

The login does not set the cookie ``accessToken``: clients that keep cookies would send it with every request,
without a CSRF token. A page that wants it, as AYON's does, sets it by itself.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.http import is_same_domain

from events import accounts
from events.actor import Actor
from events.errors import CredentialInvalid, Forbidden

TOKEN_MISSING = "Access token is missing"  # noqa: S105 - AYON's words
TOKEN_COOKIE = "accessToken"  # noqa: S105 - a name
CHALLENGE = "ApiKey"
"""What ``WWW-Authenticate`` says in a 401."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody came with, kept by connections that stay open, to ask again whose it is."""

    kind: str
    """``key``, ``token`` or ``session``."""
    secret: str = field(repr=False)
    as_user: str | None = None
    """For whom a service speaks. An empty name is nobody's: a blanked header gives no rights of the service."""

    def actor(self) -> Actor:
        """Return whose it is at this moment.

        Raise CredentialInvalid when it is nobody's (any more), UserMissing if there is no user ``as_user``.
        """
        if self.kind == "token":
            return accounts.actor_for_token(self.secret)
        if self.kind == "session":
            return _actor_for_session(self.secret)
        actor = accounts.actor_for_key(self.secret)
        if self.as_user is not None and actor.is_service:
            return accounts.actor_named(self.as_user).with_service(actor)
        return actor


def credential_for(secret: str, headers: Mapping[str, str]) -> Credential:
    """Return the credential that somebody has said: what has the length of a login token is one, or else a key.

    ``headers``: those of the handshake, which may say for whom a service speaks.
    """
    kind = "token" if len(secret) == accounts.TOKEN_LENGTH else "key"
    return Credential(kind, secret, headers.get("X-as-user"))


def credential_of(request: HttpRequest) -> Credential | None:
    """Return what a connection that will stay open came with; None if there is nothing that counts.

    Cookies count on pages of this server only: browsers send them along from any page, and say from which one.
    """
    if credential := _key_of(request.headers):
        return credential
    own = _is_from_own_page(request)
    kept = request.COOKIES.get(TOKEN_COOKIE, "") if own else ""
    token = kept if len(kept) == accounts.TOKEN_LENGTH else _token_of(request)
    if len(token) == accounts.TOKEN_LENGTH:
        return Credential("token", token)
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    # A quoted cookie can hold any character, and PostgreSQL cannot be asked for a NUL.
    return Credential("session", session) if own and session and session.isprintable() else None


def actor_behind(request: HttpRequest) -> Actor:
    """Return who sent the request.

    Raise CredentialInvalid if nobody says so, or if the key or token is nobody's; UserMissing if a service
    speaks for a user that there is not; Forbidden if a browser that may change something has no CSRF token.
    """
    if actor := actor_by_key(request.headers):
        return actor
    if found := actor_by_token(request):
        return found[0]
    if actor := actor_by_session(request):
        return actor
    raise CredentialInvalid(TOKEN_MISSING)


def actor_by_key(headers: Mapping[str, str]) -> Actor | None:
    """Return whose ``X-Api-Key: KEY`` or ``Authorization: ApiKey KEY`` it is; None if there is no key.

    A service may speak for a user with ``X-as-user: NAME``; it then has that user's rights, within the limits
    of its key.
    """
    credential = _key_of(headers)
    return credential.actor() if credential else None


def actor_by_token(request: HttpRequest) -> tuple[Actor, str] | None:
    """Return who logged in with the cookie, ``Authorization: Bearer TOKEN`` or ``?token=TOKEN``, and the token.

    What has not the length of a token is ignored, as AYON does: its Python client asks with an API key in
    the place of the token at every start, to find out what it has. Forbidden as for the session, if nothing but
    the cookie has the token.
    """
    kept = request.COOKIES.get(TOKEN_COOKIE, "")
    sent = _token_of(request)
    token = kept if len(kept) == accounts.TOKEN_LENGTH else sent
    if len(token) != accounts.TOKEN_LENGTH:
        return None
    actor = accounts.actor_for_token(token)
    if token != sent:
        _check_csrf(request)
    return actor, token


def actor_by_session(request: HttpRequest) -> Actor | None:
    """Return who is logged in to the viewer; None if nobody is.

    A browser sends its cookie whoever made it send the request, so what may change anything needs the CSRF
    token too, or Forbidden is raised. Keys and tokens are sent on purpose and need none.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_active:
        return None
    _check_csrf(request)
    return accounts.actor_of(user)


def _key_of(headers: Mapping[str, str]) -> Credential | None:
    key = headers.get("X-Api-Key") or _authorization(headers, "apikey")
    return Credential("key", key, headers.get("X-as-user")) if key else None


def _token_of(request: HttpRequest) -> str:
    sent = _authorization(request.headers, "bearer")
    return sent if len(sent) == accounts.TOKEN_LENGTH else request.GET.get("token", "")


def _actor_for_session(key: str) -> Actor:
    """Return who is logged in to the viewer; a logout, a new password or a disabled user end the session."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    if not user.is_authenticated:
        raise CredentialInvalid("Invalid session")
    return accounts.actor_of(user)


def _is_from_own_page(request: HttpRequest) -> bool:
    """Tell whether the page is this server's, or one of CSRF_TRUSTED_ORIGINS, as Django decides it for a POST.

    A page's plain GET to its own server has no ``Origin``; then the browser says in ``Sec-Fetch-Site`` what it is, and
    over plain HTTP, where it does not say that either, there is the ``Referer``.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        if site := request.headers.get("Sec-Fetch-Site"):
            return site in ("same-origin", "none")
        origin = "/".join(request.headers.get("Referer", "").split("/")[:3])
    with suppress(DisallowedHost):
        if origin == f"{request.scheme}://{request.get_host()}":
            return True
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    trusted = (each.partition("://") for each in settings.CSRF_TRUSTED_ORIGINS)
    return any(page.scheme == scheme and is_same_domain(page.netloc, host.lstrip("*")) for scheme, _, host in trusted)


def _check_csrf(request: HttpRequest) -> None:
    if reason := _CsrfCheck(_no_response).refusal(request):
        raise Forbidden(f"CSRF Failed: {reason}")


def _authorization(headers: Mapping[str, str], scheme: str) -> str:
    """Return what the header says after the scheme; empty if it has another one."""
    given, _, credential = headers.get("Authorization", "").partition(" ")
    return credential.strip() if given.lower() == scheme else ""


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, which gives its reason instead of a page."""

    def refusal(self, request: HttpRequest) -> str:
        self.process_request(request)
        answer = self.process_view(request, _no_response, (), {})
        return "" if answer is None else answer.content.decode()

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - the signature is Django's
        return HttpResponse(reason)


def _no_response(_request: HttpRequest) -> HttpResponse:
    """Stand for the rest of the chain, which is not called."""
    return HttpResponse()
