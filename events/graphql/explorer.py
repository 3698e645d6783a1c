"""GraphiQL: the page on which somebody who is logged in to the viewer writes queries and reads the answers."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from events.credentials import actor_behind
from events.errors import EventError

POLICY = "; ".join(
    (
        "default-src 'self'",
        "font-src 'self' data:",  # GraphiQL's style sheet brings its fonts and its pictures along
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
"""What a browser may load and run for the page: this server's files, and no script or style in the page itself."""


def is_wanted(request: HttpRequest) -> bool:
    """Tell whether a person's browser asks for a page: a GET without a query that prefers HTML to JSON."""
    if request.method != "GET" or request.get_preferred_type(["application/json", "text/html"]) != "text/html":
        return False
    return "query" not in request.GET


def page(request: HttpRequest) -> HttpResponse:
    """Return the page, or lead to the login."""
    if not _is_somebody(request):
        return redirect_to_login(request.path)
    answer = render(request, "graphql/explorer.html")
    answer["Content-Security-Policy"] = POLICY
    return answer


def _is_somebody(request: HttpRequest) -> bool:
    """Tell whether the browser is logged in: to the viewer, or with the cookie of a token."""
    try:
        return bool(actor_behind(request))
    except EventError:
        return False
