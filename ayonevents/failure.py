"""The answers where no door has one: to a path that there is not, to who may not, and to what went wrong."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from events import outage
from events.api import errors
from events.errors import DatabaseAway


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 404: there is nothing under this path."""
    return _told(request, 404, f"There is nothing at {request.path}", kind="missing")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 403: whoever is logged in may not."""
    return _told(request, 403, "Not allowed", kind="forbidden")


def misunderstood(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Answer 400: what was sent is nothing that a browser sends for a page of this server."""
    return _told(request, 400, "Bad request", kind="misunderstood")


def outdated(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403: a form has come without the token of the page that it is on, or with an old one."""
    return _told(request, 403, reason or "The CSRF token is missing or wrong", kind="outdated")


def answer(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away and 500 otherwise.

    Django calls it while it handles the exception, whose text is nobody's business.
    """
    away = outage.behind(sys.exc_info()[1], f"{request.method} {request.path}")
    if away is None:
        return _told(request, 500, "Internal server error", kind="failed")
    response = _told(request, errors.STATUS_OF[DatabaseAway], str(away), kind="away")
    response["Retry-After"] = str(outage.RETRY_AFTER)
    return response


def _told(request: HttpRequest, status: int, detail: str, *, kind: str) -> HttpResponse:
    """Return a page for a browser, and JSON for everybody else."""
    if request.get_preferred_type(["application/json", "text/html"]) != "text/html":
        return JsonResponse(errors.body(status, detail), status=status)
    # Without the request: who is logged in may be just what cannot be found out.
    return HttpResponse(render_to_string("failure.html", {"kind": kind, "path": request.path}), status=status)
