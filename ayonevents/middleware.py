"""What every HTTP answer has, whichever door it comes from."""

import re
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.messages import info
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin

from events import origin

API = ("/api/", "/graphql")
"""Where the paths begin that are no pages of the viewer."""
FOR_CREDENTIALS = (*API, "/openapi.json")
"""The paths outside the viewer whose answers are for whoever has a credential."""
REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def request_id_for(given: str) -> str:
    """Return the id of a request: the one that a proxy or the client has given, if it is fit for it."""
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


class RequestIdMiddleware:
    """Name each request, so that an answer, a log line and a question to the operator can be matched.

    A proxy's or client's ``X-Request-ID`` is kept if it is 1 to 64 letters, digits, dots, dashes or underscores.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the id on the answer."""
        request_id = request_id_for(request.headers.get("X-Request-ID", ""))
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class PrintableCookiesMiddleware:
    """Leave out cookies with control characters: nobody was given one, and PostgreSQL refuses to look a NUL up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop them."""
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)


class _ForBrowsers(MiddlewareMixin):
    """Leaves a request to the API alone that has no session, as those of services have none: it takes its time."""

    def __call__(self, request: HttpRequest) -> Any:
        """Do what the middleware does, or nothing."""
        if request.path.startswith(API) and settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        return super().__call__(request)


class SessionMiddleware(_ForBrowsers, sessions.SessionMiddleware):
    """Django's sessions."""


class AuthenticationMiddleware(_ForBrowsers, auth.AuthenticationMiddleware):
    """Django's users."""


class MessageMiddleware(_ForBrowsers, messages.MessageMiddleware):
    """Django's messages on the next page, one of them for a form whose sender is not logged in any more."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Say on the form of the login why it is there."""
        leads_to = urlsplit(response.headers.get("Location", "")).path
        is_turned_away = request.method == "POST" and leads_to == reverse("admin:login")
        if is_turned_away and not request.user.is_authenticated:
            info(request, "Your login had ended. Nothing was changed.")
        return super().process_response(request, response)


POLICY = "; ".join(
    (
        "default-src 'self'",  # nothing from another host, no script or style in the page itself, no eval
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
"""What a browser may load and run for a page of this server, sockets included."""


class BrowserRulesMiddleware:
    """Tell browsers to run nothing but the server's own files, whatever an event's text tries.

    And tell them, and caches on the way, to keep nothing of what somebody got for a credential; the admin says so of
    its pages. A view that needs other rules sets the header itself.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Put the rules on the answer."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        if request.path.startswith(FOR_CREDENTIALS):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class AuditMiddleware:
    """Tell the audit trail on whose behalf a request changes anything, and from which address."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Say so while the request is worked on."""
        with origin.coming_from(origin.Origin(partial(_name_of, request), request.META.get("REMOTE_ADDR"))):
            return self.get_response(request)


def _name_of(request: HttpRequest) -> str:
    """Return who is logged in to the viewer, or who the endpoint has found behind the request."""
    user = getattr(request, "user", None)
    return user.get_username() if isinstance(user, AbstractBaseUser) else str(getattr(user, "name", ""))
