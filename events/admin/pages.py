"""Pages of the event list, by keys: what a page costs does not grow with the table.

A filter may match one event in a million, and no index serves every combination of filters. So the database
is asked for one stretch of the creation order after the other, until the page is full or the time is up.
Then the reader gets what was found so far, and a link that goes on from there. Where an index leads to the
matches, a stretch costs nothing, and the next one is twice as long: a million events take seven of them.
"""

import time
from dataclasses import dataclass, replace

from events.models import Event
from events.queryset import EventQuerySet

STRETCH = 10_000
"""How many numbers of the creation order the first query of a page looks at."""
QUICK = 0.01
"""Seconds in which a stretch has to be done for the next one to be longer: rows that are read one by one may
come from the disk, and then even a short stretch takes its time."""
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
    deadline = time.monotonic() + PATIENCE
    ordered = events.defer("payload", "summary").order_by("creation_order" if step > 0 else "-creation_order")
    found: list[Event] = []
    length = STRETCH
    while (end - edge) * step > 0:
        begun = time.monotonic()
        next_edge = edge + step * min(length, abs(end - edge))
        stretch = ordered.filter(creation_order__range=sorted((edge + step, next_edge)))
        found += stretch[: size + 1 - len(found)]
        if len(found) > size:
            return _Walk(found=found[:size], reached=found[size - 1].creation_order, is_done=True)
        edge = next_edge
        now = time.monotonic()
        if edge != end and now > deadline:
            return _Walk(found=found, reached=edge, is_done=False)
        if now - begun < QUICK:
            length *= 2
    return _Walk(found=found, reached=None, is_done=True)


def _newest() -> int:
    return Event.objects.order_by("-creation_order").values_list("creation_order", flat=True).first() or 0
