"""What the overview tells of events: how many there are over time, how many have failed, and on which topics.

The newest are counted at each look, up to a bound, and those before stretch by stretch (``events.admin.history``), so
that a look takes no longer however long the history is. While not all are counted, the page says so.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import history, render
from events.admin.chart import Chart, Window, chart_of
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status

MOST = 5_000
"""Events that are counted at each look: the newest."""
MOST_FAILED = 5_000
"""Failed events before those: the newest."""
LINES = 8
"""Topics that are listed."""
DIGITS = 15
"""Characters of a time that are kept of what is counted piece by piece, for the longer windows together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How much happens on one topic."""

    topic: str
    count: int
    failed: int
    share: int
    """Per cent of the busiest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What was created in the window."""

    chart: Chart
    total: int
    failed: int
    topics: list[Line]
    """The busiest."""
    begins: SafeString
    is_cut: bool
    """Not all are counted, only the newest."""
    is_outdated: bool
    """Some that are counted were deleted; they are being counted anew."""


def traffic_of(readable: EventQuerySet, window: Window, reader: str = "") -> Traffic:
    """Count what was created in the window, by bar, topic and status; ``reader`` stands for who may read the same."""
    now = timezone.now()
    start = now - window.length
    # Of all events, readable or not: for who may read few, the bound is where it is for everybody.
    cut = Event.objects.order_by("-creation_order").values_list("creation_order", "created_at")[MOST : MOST + 1].first()
    is_cut = cut is not None and cut[1] > start
    if cut is not None and is_cut:
        recent = readable.filter(creation_order__gt=cut[0])
    else:
        recent = readable.filter(created_at__gte=start)
    counts = _Counts(window)
    bar = Substr(Cast("created_at", CharField()), 1, window.digits)
    for key, topic, status, count in (
        recent.annotate(bar=bar).values_list("bar", "topic", "status").annotate(count=Count("pk"))
    ):
        counts.add(key, topic, count, failed=count if status == Status.FAILED else 0)
    if cut is not None and is_cut:
        is_cut, start = not counts.add_before(readable, reader, cut[0], start), cut[1]
    return Traffic(
        chart=chart_of(window, now, counts.totals, counts.failures),
        total=counts.totals.total(),
        failed=counts.failures.total(),
        topics=_busiest(counts.topics),
        begins=render.short_time(counts.begins or start),
        is_cut=is_cut,
        is_outdated=counts.is_outdated,
    )


class _Counts:
    """What was counted until now, by bar and by topic."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.totals, self.failures = Counter[str](), Counter[str]()
        self.topics: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.begins: datetime | None = None
        self.is_outdated = False

    def add(self, key: str, topic: str, count: int, *, failed: int) -> None:
        """Count events of one bar and topic."""
        self.totals[key] += count
        self.failures[key] += failed
        self.topics[topic][0] += count
        self.topics[topic][1] += failed

    def add_before(self, readable: EventQuerySet, reader: str, last: int, start: datetime) -> bool:
        """Count the events up to a number of the creation order, as far as they are known; tell whether that is all."""
        digits = self.window.digits
        kept = max(digits, DIGITS)
        since = f"{start:%Y-%m-%d %H:%M:%S}"[:kept]
        orders = (
            Event.objects.filter(created_at__gte=start).order_by("created_at").values_list("creation_order", flat=True)
        )
        known = history.counts_between(readable, reader, kept, orders.first() or 0, last)
        totals, topics = self.totals, self.topics
        for (at, topic), count in known.counts.items():
            if at >= since:
                totals[at[:digits]] += count
                topics[topic][0] += count
        if not known.is_all and known.counts:
            begins = f"{min(known.counts)[0]}0"[: len("2026-01-31 14:05")]
            self.begins = max(start, datetime.fromisoformat(f"{begins}+00:00"))
        failed = readable.filter(status=Status.FAILED, creation_order__lte=last, created_at__gte=start)
        latest = failed.exclude(status=Status.FINISHED).order_by("-creation_order")[:MOST_FAILED]
        for topic, created in latest.values_list("topic", "created_at"):
            self.add(f"{created:%Y-%m-%d %H:%M:%S}"[:digits], topic, 0, failed=1)
        self.is_outdated = known.is_outdated
        return known.is_all


def _busiest(topics: Mapping[str, list[int]]) -> list[Line]:
    ranked = sorted(topics.items(), key=lambda each: (-each[1][0], each[0]))[:LINES]
    most = ranked[0][1][0] if ranked else 1
    return [
        Line(topic=topic, count=count, failed=failed, share=round(100 * count / most))
        for topic, (count, failed) in ranked
    ]
