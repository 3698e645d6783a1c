"""How many events there were in the last hour, or in the last week: counted once, and kept in memory.

The overview counts the newest events each time. Of those before them, each look counts as many as it has time for,
further and further back, and remembers them, so that a look takes no longer however long the history is, and soon all
of the period is known. When events were deleted, by whichever process, all is counted anew, beside what is known.
"""

import math
import threading
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr

from events import bus
from events.admin.stretches import stretches
from events.message import Envelope
from events.queryset import EventQuerySet

Counts: TypeAlias = Counter[tuple[str, str]]
"""How many events there were in some minutes on a topic."""

PATIENCE = 0.05
"""Seconds after which a look counts no further stretch."""
WORTH = 1_000_000
"""Numbers of the creation order that are counted to go on from what is known; if more have come, it is begun anew."""
KEPT_SECONDS = 3_600.0
"""After that it is counted anew as well, if only for the minutes that are of no use any more."""
READERS = 32
"""Kinds of readers, who see different events, and lengths of time, for which it is kept."""


@dataclass(slots=True)
class _Known:
    digits: int
    """Characters of ``2026-01-31 14:05:59`` that tell events apart by their time."""
    low: int
    """Counted are the events after this number of the creation order."""
    high: int
    """And up to this one."""
    begun: float = field(default_factory=time.monotonic)
    counts: Counts = field(default_factory=Counter)
    next: "_Known | None" = None
    """What takes its place as soon as it goes back as far."""

    @property
    def is_outdated(self) -> bool:
        """Tell whether events were deleted since the count has begun."""
        return _deleted_at >= self.begun

    def goes_back_to(self, first: int) -> bool:
        """Tell whether all is counted from this number on."""
        return self.low < first

    def extend(self, readable: EventQuerySet, first: int, last: int, deadline: float) -> None:
        """Count what has come since the last look, and then what was before."""
        if self.high > last:  # as another look saw it, or newer ones were deleted
            for start, end in stretches(self.high + 1, last + 1, patience=deadline - time.monotonic()):
                self.counts.subtract(self._counted(readable, end, start))
                self.high = end - 1
        for start, end in stretches(self.high, max(self.high, last), patience=deadline - time.monotonic()):
            self.counts.update(self._counted(readable, start, end))
            self.high = end
        if self.high == last and not self.goes_back_to(first):
            for start, end in stretches(self.low + 1, first, patience=deadline - time.monotonic()):
                self.counts.update(self._counted(readable, end, start))
                self.low = end - 1

    def _counted(self, readable: EventQuerySet, first: int, last: int) -> Counts:
        at = Substr(Cast("created_at", CharField()), 1, self.digits)
        found = readable.filter(creation_order__range=(first, last)).annotate(at=at).values_list("at", "topic")
        return Counter({(at, topic): count for at, topic, count in found.annotate(count=Count("pk"))})

    def renewed(self, readable: EventQuerySet, first: int, last: int, deadline: float) -> "_Known":
        """Return what takes its place, if that is due."""
        if self.is_outdated or time.monotonic() - self.begun > KEPT_SECONDS:
            self.next = self.next or _Known(self.digits, last, last)
            self.next.extend(readable, first, last, deadline)
            if self.next.high == last and self.next.goes_back_to(first):
                return self.next
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known."""

    counts: Counts
    """Of the events between two numbers, and some before the first."""
    is_all: bool
    """If not, the next look knows more."""
    is_outdated: bool = False
    """Some of the events were deleted since; the next looks count anew."""


_known: OrderedDict[tuple[str, int], _Known] = OrderedDict()
_lock = threading.Lock()
_deleted_at = -math.inf
"""When this process was told of a deletion the last time, or may have missed that; in ``time.monotonic``."""


def counts_between(readable: EventQuerySet, reader: str, digits: int, first: int, last: int) -> Told:
    """Return how many readable events there are between two numbers of the creation order.

    ``reader`` stands for who may read the same; ``digits`` are the characters of a time that they are told apart by.
    """
    deadline = time.monotonic() + PATIENCE
    if not _lock.acquire(timeout=PATIENCE):
        return Told(counts=Counter(), is_all=False)  # others are counting
    try:
        known = _known.pop((reader, digits), None)
        if known is None or last - known.high > WORTH:
            known = _Known(digits, last, last)
        known.extend(readable, first, last, deadline)
        known = known.renewed(readable, first, last, deadline)
        _known[reader, digits] = known
        while len(_known) > READERS:
            _known.popitem(last=False)
        if known.high != last:
            return Told(counts=Counter(), is_all=False)
        is_all = known.goes_back_to(first)
        return Told(counts=Counter(known.counts), is_all=is_all, is_outdated=known.is_outdated)
    finally:
        _lock.release()


def forget() -> None:
    """Forget what was counted."""
    with _lock:
        _known.clear()


def _take(envelope: Envelope) -> None:
    if envelope.is_deletion:
        _note_deletion()


def _note_deletion() -> None:
    global _deleted_at
    _deleted_at = time.monotonic()


bus.listen(_take, _note_deletion)
