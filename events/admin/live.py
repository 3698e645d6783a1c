"""What an open event list asks for when the feed tells that something has changed.

The feed is only the signal. What matches the view, and how it looks, is decided here and in the same way as for the
page: by the filters, the access rules and the template of a row.
"""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string

from events.admin.changelist import IDS, KNOWN, SINCE, EventChangeList, number_in
from events.models import Event

MOST = 100
"""Changed events of one answer; a reader who has missed more is better off with a new page."""
MOST_BEHIND = 20_000
"""Changes that an answer looks through; whoever is further behind gets ``isBehind``."""


class ChangedEvents(EventChangeList):
    """The events of a view that have changed since a position, and how the given ones look now."""

    known = KNOWN | {SINCE, IDS}
    is_behind = False
    matching: frozenset[UUID] = frozenset()

    def fetched(self, request: HttpRequest) -> list[Event]:
        """Return them, the newest first."""
        since = number_in(request.GET, SINCE)
        changed = [] if since is None else self._changed_since(since)
        self.matching = frozenset(event.pk for event in changed)
        others = _ids_in(request) - self.matching
        shown = self.root_queryset.filter(pk__in=others).defer("payload", "summary")
        self.matching |= set(self.queryset.filter(pk__in=others).values_list("pk", flat=True))
        return sorted([*changed, *shown], key=lambda event: -event.creation_order)

    def _changed_since(self, since: int) -> list[Event]:
        """Return what has changed and matches; what is not settled yet is answered once more the next time."""
        newest = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
        if newest - since > MOST_BEHIND:
            self.is_behind = True
            return []
        # By ids: the planner has no other index to prefer, whatever the filters are.
        recent = Event.objects.filter(position__gt=since).values("pk")
        events = list(self.queryset.filter(pk__in=recent).defer("payload", "summary").order_by("position")[: MOST + 1])
        self.is_behind = len(events) > MOST
        return events[:MOST]


def answer(changes: ChangedEvents, *, may_operate: bool) -> JsonResponse:
    """Return the answer: ``position`` to ask from the next time, and for each event its ``html``.

    ``order`` is its place in the list; ``matches`` tells that it belongs into the view and not only stands there.
    """
    rows = [
        {
            "id": row.event.id.hex,
            "order": row.event.creation_order,
            "matches": row.event.pk in changes.matching,
            "html": render_to_string("admin/events/event/_row.html", {"row": row, "may_operate": may_operate}),
        }
        for row in changes.rows()
    ]
    return JsonResponse({"position": changes.position, "isBehind": changes.is_behind, "rows": rows})


def _ids_in(request: HttpRequest) -> set[UUID]:
    """Return the ids in the address, as far as they are ids."""
    ids = set()
    for text in request.GET.get(IDS, "").split(",")[:MOST]:
        try:
            ids.add(UUID(text))
        except ValueError:
            continue
    return ids
