"""The overview, which is the admin's index."""

from http import HTTPStatus

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from events import access, presence
from events.admin.chart import WINDOWS, Window, window_named
from events.admin.failures import failures_of
from events.admin.overview import traffic_of
from events.admin.reader import reader_of
from events.admin.workload import backlog_of, work_of
from events.errors import InvalidField
from events.models import Event

WINDOW = "window"
"""The only parameter."""
USUAL = "24h"
"""The window of an address that names none."""


@admin.site.admin_view
def index(request: HttpRequest) -> HttpResponse:
    """Show the overview, of the events that the user may read; 400 for an address that is not understood."""
    if not request.user.has_perm("events.view_event"):
        return admin.site.index(request)
    try:
        about = _overview(request, _window_of(request))
    except InvalidField as problem:
        answer = admin.site.index(request, {"windows": WINDOWS, "problem": f"{problem.field}: {problem}"})
        answer.status_code = HTTPStatus.BAD_REQUEST
        return answer
    return admin.site.index(request, about)


def _window_of(request: HttpRequest) -> Window:
    """Return the window that the address names; raise InvalidField if it is not understood."""
    for name in request.GET:
        if name != WINDOW:
            raise InvalidField(name[:60], f"expected a parameter of the overview ({WINDOW})")
    given = request.GET.getlist(WINDOW) or [USUAL]
    if len(given) > 1:
        raise InvalidField(WINDOW, f"expected one value, got {len(given)}")
    return window_named(given[0])


def _overview(request: HttpRequest, window: Window) -> dict[str, object]:
    actor = reader_of(request)
    readable = Event.objects.readable_by(actor)
    return {
        "windows": WINDOWS,
        "window": window,
        "traffic": traffic_of(readable, window, repr(access.readable(actor))),
        "backlog": backlog_of(readable),
        "work": work_of(readable),
        "failures": failures_of(readable),
        "connected": presence.connected() if actor.is_manager else None,
    }
