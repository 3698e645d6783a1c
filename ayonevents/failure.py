"""The answer to what went wrong where no door handles it: in the viewer, or in a middleware."""

import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from events import outage
from events.api import errors
from events.errors import DatabaseAway


def answer(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away and 500 otherwise: a page for a browser, JSON for everybody else.

    Django calls it while it handles the exception, whose text is nobody's business.
    """
    away = outage.behind(sys.exc_info()[1], f"{request.method} {request.path}")
    status = errors.STATUS_OF[DatabaseAway] if away else 500
    response: HttpResponse
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        # Without the request: who is logged in may be just what cannot be found out.
        response = HttpResponse(render_to_string("failure.html", {"away": away}), status=status)
    else:
        response = JsonResponse(errors.body(status, str(away or "Internal server error")), status=status)
    if away:
        response["Retry-After"] = str(outage.RETRY_AFTER)
    return response
