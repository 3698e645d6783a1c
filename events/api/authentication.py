"""The credentials of ``events.credentials`` as Django REST framework asks for them, one class for each kind."""

from typing import TypeAlias

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.request import Request

from events import credentials
from events.actor import Actor
from events.errors import CredentialInvalid, Forbidden

Found: TypeAlias = tuple[Actor, str | None] | None


class ApiKeyAuthentication(BaseAuthentication):
    """An API key; a service may speak for a user with ``X-as-user``."""

    def authenticate(self, request: Request) -> Found:
        """Return whose key it is; None if there is no key."""
        try:
            actor = credentials.actor_by_key(request.headers)
        except CredentialInvalid as error:
            raise AuthenticationFailed(str(error)) from error
        return None if actor is None else (actor, None)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the signature is the framework's
        """Name the scheme, which makes a refusal a 401 and not a 403."""
        return credentials.CHALLENGE


class TokenAuthentication(BaseAuthentication):
    """A token from ``POST /api/auth/login``, in a header, the query string or a cookie."""

    def authenticate(self, request: Request) -> Found:
        """Return who logged in, and the token; None if there is none."""
        try:
            return credentials.actor_by_token(request._request)  # noqa: SLF001 - the framework's has no GET and no session
        except CredentialInvalid as error:
            raise AuthenticationFailed(str(error)) from error
        except Forbidden as error:
            raise PermissionDenied(str(error)) from error


class BrowserAuthentication(BaseAuthentication):
    """The session cookie of somebody logged in to the viewer; what changes anything needs the CSRF token too."""

    def authenticate(self, request: Request) -> Found:
        """Return the actor of the session's user; None if nobody is logged in."""
        try:
            actor = credentials.actor_by_session(request._request)  # noqa: SLF001 - the session is Django's
        except Forbidden as error:
            raise PermissionDenied(str(error)) from error
        return None if actor is None else (actor, None)


def actor_behind(request: Request) -> Actor:
    """Return who is asking; NotAuthenticated (401) if nobody is."""
    if not isinstance(request.user, Actor):
        raise NotAuthenticated(credentials.TOKEN_MISSING)
    return request.user
