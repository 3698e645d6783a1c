"""The overview, which is the admin's index."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from events import access, presence
from events.admin.failures import failures_of
from events.admin.overview import WINDOWS, traffic_of, window_named
from events.admin.reader import reader_of
from events.admin.workload import MOST, queues_of, work_of
from events.models import Event


@admin.site.admin_view
def index(request: HttpRequest) -> HttpResponse:
    """Show the overview, of the events that the user may read."""
    return admin.site.index(request, _overview(request))


def _overview(request: HttpRequest) -> dict[str, object]:
    if not request.user.has_perm("events.view_event"):
        return {}
    actor = reader_of(request)
    readable = Event.objects.readable_by(actor)
    window = window_named(request.GET.get("window", ""))
    queues = queues_of(readable)
    return {
        "windows": WINDOWS,
        "window": window,
        "traffic": traffic_of(readable, window, repr(access.readable(actor))),
        "queues": queues,
        "most_jobs": MOST,
        "waiting": sum(queue.waiting for queue in queues),
        "running": sum(queue.running for queue in queues),
        "failing": sum(queue.failed for queue in queues),
        "work": work_of(readable),
        "failures": failures_of(readable),
        "connected": presence.connected() if actor.is_manager else None,
    }
