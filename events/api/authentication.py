"""Who sent the request: an API key, a token from the login, or a browser that is logged in to the viewer."""

from typing import TypeAlias

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from events import accounts
from events.actor import Actor
from events.errors import CredentialInvalid

TOKEN_MISSING = "Access token is missing"  # noqa: S105 - AYON's words
Found: TypeAlias = tuple[Actor, str | None] | None


class ApiKeyAuthentication(BaseAuthentication):
    """``X-Api-Key: KEY`` or ``Authorization: ApiKey KEY``; a service may speak for a user with ``X-as-user``."""

    def authenticate(self, request: Request) -> Found:
        """Return whose key it is; None if there is no key."""
        key = request.headers.get("X-Api-Key") or _authorization(request, "apikey")
        if not key:
            return None
        try:
            actor = accounts.actor_for_key(key)
        except CredentialInvalid as error:
            raise AuthenticationFailed(str(error)) from error
        named = request.headers.get("X-as-user")
        if named and actor.is_service:
            actor = accounts.actor_named(named)
        return actor, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the signature is the framework's
        """Name the scheme, which makes a refusal a 401 and not a 403."""
        return "ApiKey"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer TOKEN`` or ``?token=TOKEN``, with a token from ``POST /api/auth/login``.

    What has not the length of a token is ignored, as AYON does: its Python client asks with an API key in
    the place of the token at every start, to find out what it has.
    """

    def authenticate(self, request: Request) -> Found:
        """Return who logged in, and the token; None if there is none."""
        token = _authorization(request, "bearer") or request.query_params.get("token", "")
        if len(token) != accounts.TOKEN_LENGTH:
            return None
        try:
            return accounts.actor_for_token(token), token
        except CredentialInvalid as error:
            raise AuthenticationFailed(str(error)) from error


class BrowserAuthentication(SessionAuthentication):
    """The session cookie of somebody logged in to the viewer; what changes anything needs the CSRF token too."""

    def authenticate(self, request: Request) -> Found:
        """Return the actor of the session's user; None if nobody is logged in."""
        found = super().authenticate(request)
        return None if found is None else (accounts.actor_of(found[0]), None)


def _authorization(request: Request, scheme: str) -> str:
    """Return what the header says after the scheme; empty if it has another one."""
    given, _, credential = request.headers.get("Authorization", "").partition(" ")
    return credential.strip() if given.lower() == scheme else ""


def actor_behind(request: Request) -> Actor:
    """Return who is asking; NotAuthenticated (401) if nobody is."""
    if not isinstance(request.user, Actor):
        raise NotAuthenticated(TOKEN_MISSING)
    return request.user
