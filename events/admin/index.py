"""The overview, which is the admin's index."""

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from events import access, presence
from events.admin.chart import WINDOWS, window_named
from events.admin.failures import failures_of
from events.admin.overview import traffic_of
from events.admin.reader import reader_of
from events.admin.workload import backlog_of, work_of
from events.errors import InvalidField
from events.models import Event

USUAL = "24h"
"""The window of an address that names none."""


@admin.site.admin_view
def index(request: HttpRequest) -> HttpResponse:
    """Show the overview, of the events that the user may read."""
    return admin.site.index(request, _overview(request))


def _overview(request: HttpRequest) -> dict[str, object]:
    if not request.user.has_perm("events.view_event"):
        return {}
    actor = reader_of(request)
    readable = Event.objects.readable_by(actor)
    try:
        window = window_named(request.GET.get("window", USUAL))
    except InvalidField as problem:
        raise BadRequest(str(problem)) from problem
    return {
        "windows": WINDOWS,
        "window": window,
        "traffic": traffic_of(readable, window, repr(access.readable(actor))),
        "backlog": backlog_of(readable),
        "work": work_of(readable),
        "failures": failures_of(readable),
        "connected": presence.connected() if actor.is_manager else None,
    }
