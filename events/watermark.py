"""How far a consumer has got: the reason why a poll costs the same at none and at ten million events.

Every matching source up to a consumer's watermark has its job, so a poll looks only at what comes after.
The watermark moves forward when a poll finds itself far from it, at most every PAUSE seconds and process (every
LONG_PAUSE if it is not very far), and never beyond ``position.settled()``: a source that is still being committed
is never passed.
"""

import math
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from events import glance, position
from events.glance import STATEMENTS_MAX, Glance, field_of, of_age
from events.models import Consumer
from events.prepared import Slot, Statement, select
from events.sources import Sources

__all__ = ["Sources", "consumer_for", "is_far", "move", "turn_back"]

FAR = 50
"""Positions that a poll may have to look through before the watermark is worth a write."""
PAUSE = 0.2
"""Seconds between two moves of one watermark by one process."""
NEAR = 10
"""Positions that a poll may have to look through for good. To look through more costs more than all the rest of a poll,
so where a few are all that comes in a while, the watermark follows them, too."""
LONG_PAUSE = 2.0
"""Seconds between two moves that are worth so little."""
PATIENCE = 0.2
"""Seconds that one poll may search a long history; the next one goes on from there."""
SLACK = timedelta(hours=1)
"""Sources are passed for their age this much later than they stop to be handed out, so that clocks may differ."""


def consumer_for(sources: Sources) -> Consumer:
    """Return the consumer that keeps the watermark for these sources; a new one begins at the oldest."""
    return Consumer.objects.get_or_create(key=sources.key(), defaults=sources.facts())[0]


def turn_back(seen: Glance, sources: Sources) -> bool:
    """Begin anew if the clock was ahead when sources were passed for their age; tell whether that was so."""
    oldest = sources.oldest()
    if not oldest or not seen.settled_since or oldest >= seen.settled_since:
        return False
    Consumer.objects.filter(pk=seen.consumer).update(watermark=0, settled_since=None)
    return True


def is_far(seen: Glance) -> bool:
    """Tell whether the watermark should move before the next poll."""
    end = seen.newest if seen.source is None else seen.source - 1
    distance = end - seen.watermark
    pause = PAUSE if distance > FAR else LONG_PAUSE if distance > NEAR else math.inf
    return _clock.since(seen.consumer) >= pause


def move(seen: Glance, key: str, sources: Sources) -> bool:
    """Move the watermark to the last settled position before the first source without a job.

    Return False if the search for that source has run out of time, so that nobody knows yet whether there is
    one: the next search begins where this one has stopped.
    """
    passed = oldest - SLACK if (oldest := sources.oldest()) else None
    horizon = position.settled()  # before the search, which therefore sees everything up to it
    low, deadline = seen.watermark, time.monotonic() + PATIENCE
    find = _statement(_Search(key, sources))
    while low < horizon:
        high = min(low + glance.STEP, horizon)
        if found := find.row(low=low, high=high, oldest=passed):
            low = found[0] - 1
            break
        low = high
        if time.monotonic() > deadline:
            break
    is_known = low >= horizon or bool(found)
    _advance(seen, low, passed)
    if is_known:
        _clock.moved(seen.consumer)
    return is_known


@dataclass(frozen=True, slots=True)
class _Search:
    key: str
    sources: Sources = field(compare=False)


@lru_cache(STATEMENTS_MAX)
def _statement(search: _Search) -> Statement:
    """Compile the search for the first source without a job between two positions."""
    place = field_of("position")
    waiting = of_age(search.sources.without_job(), search.sources)
    between = waiting.filter(position__gt=Slot("low", place), position__lte=Slot("high", place))
    return select(between.values_list("position")[:1])


def _advance(seen: Glance, reached: int, passed: datetime | None) -> None:
    """Write the watermark down, if that is forward."""
    if reached <= seen.watermark:
        return
    since = max(filter(None, (seen.settled_since, passed)), default=None)
    Consumer.objects.filter(pk=seen.consumer, watermark__lt=reached).update(watermark=reached, settled_since=since)


class _Clock:
    """When this process last moved each watermark."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved: dict[int, float] = {}

    def since(self, consumer: int) -> float:
        """Return how many seconds ago that was, a day at most."""
        with self._lock:
            return min(time.monotonic() - self._moved.get(consumer, -math.inf), 86_400.0)

    def moved(self, consumer: int) -> None:
        with self._lock:
            self._moved[consumer] = time.monotonic()


_clock = _Clock()
