"""Pages of the event list, by keys: what a page costs does not grow with the table.

A filter may match one event in a million. So the database is asked for one stretch after the other, until the page is
full or the time is up. Then the reader gets what was found so far, and a link that goes on from there.
"""

from dataclasses import dataclass, replace

from events.admin.stretches import stretches
from events.models import Event
from events.queryset import EventQuerySet

PATIENCE = 0.1
"""Seconds after which no further stretch is begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one view of the list shows, newest first, and where its neighbours begin."""

    events: list[Event]
    newer: int | None
    """The page of newer events begins after this number of the creation order; None: there is none."""
    older: int | None
    """The page of older events begins before this number; None: there is none."""
    is_searched: bool
    """False: the time was up before the page was full, and the next page goes on searching."""


def first_page(events: EventQuerySet, size: int) -> Page:
    """Return the newest events."""
    return replace(page_before(events, _newest() + 1, size), newer=None)


def page_before(events: EventQuerySet, number: int, size: int) -> Page:
    """Return the next older events than this number of the creation order."""
    walk = _walk(events, number, 1, size, step=-1)
    newer = walk.found[0].creation_order if walk.found else number - 1
    return Page(events=walk.found, newer=newer, older=walk.reached, is_searched=walk.is_done)


def page_after(events: EventQuerySet, number: int, size: int) -> Page:
    """Return the next newer events than this number; if they do not fill a page of their own, the first page."""
    walk = _walk(events, number, _newest(), size, step=1)
    if walk.reached is None:
        return first_page(events, size)
    older = walk.found[0].creation_order if walk.found else number + 1
    return Page(events=walk.found[::-1], newer=walk.reached, older=older, is_searched=walk.is_done)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    found: list[Event]
    reached: int | None
    """The number that the next walk goes on from; None: this one came to the end."""
    is_done: bool
    """It came to the end, or found enough."""


def _walk(events: EventQuerySet, edge: int, end: int, size: int, *, step: int) -> _Walk:
    """Look beyond the edge, up (1) or down (-1) to the end, until one more than ``size`` is found or time is up."""
    ordered = events.defer("payload", "summary").order_by("creation_order" if step > 0 else "-creation_order")
    found: list[Event] = []
    if (end - edge) * step <= 0:
        return _Walk(found=found, reached=None, is_done=True)
    for first, last in stretches(edge, end, patience=PATIENCE):
        stretch = ordered.filter(creation_order__range=sorted((first, last)))
        found += stretch[: size + 1 - len(found)]
        if len(found) > size:
            return _Walk(found=found[:size], reached=found[size - 1].creation_order, is_done=True)
        edge = last
    return _Walk(found=found, reached=None if edge == end else edge, is_done=edge == end)


def _newest() -> int:
    return Event.objects.order_by("-creation_order").values_list("creation_order", flat=True).first() or 0
