"""The answers where no door has one: of what there is not, of what is refused, went wrong or was not even begun."""

import sys
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from events import conf, outage
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
    detail = reason or "The CSRF token is missing or wrong"
    return _told(request, 403, detail, kind="outdated", back=_page_before(request))


def answer(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away and 500 otherwise.

    Django calls it while it handles the exception, whose text is nobody's business.
    """
    away = outage.behind(sys.exc_info()[1], f"{request.method} {request.path}")
    if away is None:
        return _told(request, 500, "Internal server error", kind="failed")
    return _told_to_come_again(request, str(away), kind="away")


def busy(request: HttpRequest) -> HttpResponse:
    """Answer 503: no thread was free, and nothing has been done."""
    return _told_to_come_again(request, "The server is busy", kind="busy")


def too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413: nobody has looked at the body."""
    return _told(request, 413, f"Request body is larger than {conf.max_body()} bytes", kind="too_large")


def _told_to_come_again(request: HttpRequest, detail: str, *, kind: str) -> HttpResponse:
    response = _told(request, errors.STATUS_OF[DatabaseAway], detail, kind=kind)
    response["Retry-After"] = str(outage.RETRY_AFTER)
    return response


def _page_before(request: HttpRequest) -> str:
    """Return the address of the page that a form was on; empty if it was none of this server's."""
    page = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}):
        return ""
    return urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()


def _told(request: HttpRequest, status: int, detail: str, *, kind: str, back: str = "") -> HttpResponse:
    """Return a page for a browser, and JSON for everybody else."""
    if request.get_preferred_type(["application/json", "text/html"]) != "text/html":
        return JsonResponse(errors.body(status, detail), status=status)
    # Without the request: who is logged in may be just what cannot be found out.
    about = {"kind": kind, "path": request.path, "limit": conf.max_body(), "back": back}
    return HttpResponse(render_to_string("failure.html", about), status=status)
