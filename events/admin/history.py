"""How many events there were in the last week: counted once, and kept in memory.

The overview counts the newest events each time. Of those before them, each look counts one piece further back and
remembers it, so that a look costs the same however long the history is, and soon all of the week is known.
"""

import threading
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import TypeAlias

from django.db.models import CharField, Count, Q
from django.db.models.functions import Cast, Substr

from events.queryset import EventQuerySet

Counts: TypeAlias = Counter[tuple[str, str]]
"""How many events there were in ten minutes on a topic."""

PIECE = 20_000
"""Numbers of the creation order that one look counts."""
KEPT_SECONDS = 3_600.0
"""After that it is counted anew, beside what is known: events may have been deleted."""
READERS = 16
"""Kinds of readers, who see different events, for whom it is kept."""
DIGITS = 15
"""Characters of ``2026-01-31 14:05:59`` that tell ten minutes."""


@dataclass(slots=True)
class _Known:
    low: int
    """Counted are the events after this number of the creation order."""
    high: int
    """And up to this one."""
    begun: float = field(default_factory=time.monotonic)
    counts: Counts = field(default_factory=Counter)
    next: "_Known | None" = None
    """What takes its place as soon as it goes back as far."""

    def goes_back_to(self, first: int) -> bool:
        """Tell whether all is counted from this number on."""
        return self.low < first

    def extend(self, readable: EventQuerySet, first: int, last: int) -> None:
        """Count what has come since the last look, and one more piece of what was before; one query."""
        low = self.low if self.goes_back_to(first) else self.low - PIECE
        newer = Q(creation_order__gt=self.high, creation_order__lte=last)
        older = Q(creation_order__gt=low, creation_order__lte=self.low)
        bar = Substr(Cast("created_at", CharField()), 1, DIGITS)
        found = readable.filter(newer | older).annotate(bar=bar).values_list("bar", "topic")
        for at, topic, count in found.annotate(count=Count("pk")):
            self.counts[at, topic] += count
        self.low, self.high = low, last

    def renewed(self, readable: EventQuerySet, first: int, last: int) -> "_Known":
        """Return what takes its place, if that is due."""
        if time.monotonic() - self.begun > KEPT_SECONDS:
            self.next = self.next or _Known(last, last)
            self.next.extend(readable, first, last)
            if self.next.goes_back_to(first):
                return self.next
        return self


_known: OrderedDict[str, _Known] = OrderedDict()
_lock = threading.Lock()


def counts_between(readable: EventQuerySet, reader: str, first: int, last: int) -> tuple[Counts, bool]:
    """Return how many readable events there are between two numbers of the creation order, and some before the first.

    ``reader`` stands for who may read the same. Also tell whether that is all of them: if not, the next look knows
    more. One query, now and then two.
    """
    with _lock:
        known = _known.pop(reader, None)
        if known is None or not known.high <= last <= known.high + PIECE:
            known = _Known(last, last)
        known.extend(readable, first, last)
        known = known.renewed(readable, first, last)
        _known[reader] = known
        while len(_known) > READERS:
            _known.popitem(last=False)
        return Counter(known.counts), known.goes_back_to(first)


def forget() -> None:
    """Forget what was counted."""
    with _lock:
        _known.clear()
