"""What the overview tells of events: how many there are over time, how many have failed, and on which topics.

The newest are counted at each look, up to a bound, and those before piece by piece (``events.admin.history``), so that
a look costs the same however long the history is. While not all are counted, the page says so.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import history, render
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status

MOST = 5_000
"""Events that are counted at each look: the newest."""
MOST_FAILED = 5_000
"""Failed events before those: the newest."""
LINES = 8
"""Topics that are listed."""
BAR_HEIGHT = 100
LEAST_HEIGHT = 2.0
"""A failure among thousands of events is seen all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A length of time to look back on."""

    name: str
    label: str
    length: timedelta
    bar: timedelta
    """What one bar of the chart stands for."""
    per: str
    """The length of a bar, in words."""
    digits: int
    """Characters of ``2026-01-31 14:05:59`` that tell the bar."""
    form: str
    """How a moment on the axis is written: ``clock`` or ``day``."""


HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
WINDOWS = (
    Window(name="1h", label="Last hour", length=HOUR, bar=MINUTE, per="minute", digits=16, form="clock"),
    Window(name="24h", label="Last 24 hours", length=DAY, bar=TEN_MINUTES, per="10 minutes", digits=15, form="clock"),
    Window(name="7d", label="Last 7 days", length=WEEK, bar=HOUR, per="hour", digits=13, form="day"),
)
TICKS = 4
"""Moments on the axis, beside now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of the chart; heights are per cent of the highest."""

    x: int
    label: str
    period: str
    """The address parameters of its events in the list."""
    total: int
    failed: int
    height: float
    failed_height: float

    @property
    def top(self) -> float:
        """Where the bar begins; a picture's zero is on top."""
        return round(BAR_HEIGHT - self.height, 1)

    @property
    def failed_top(self) -> float:
        """Where the part that has failed begins."""
        return round(BAR_HEIGHT - self.failed_height, 1)


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

    bars: list[Bar]
    total: int
    failed: int
    highest: int
    topics: list[Line]
    """The busiest."""
    ticks: list[SafeString]
    """Moments at equal distances, from the beginning."""
    begins: SafeString
    is_cut: bool
    """Not all are counted, only the newest."""


def window_named(name: str) -> Window:
    """Return the window with a name; a day if there is none."""
    return next((window for window in WINDOWS if window.name == name), WINDOWS[1])


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
    bars = _bars(window, now, counts.totals, counts.failures)
    return Traffic(
        bars=bars,
        total=counts.totals.total(),
        failed=counts.failures.total(),
        highest=max((each.total for each in bars), default=0),
        topics=_busiest(counts.topics),
        ticks=[render.axis_time(now - window.length * (1 - each / TICKS), window.form) for each in range(TICKS)],
        begins=render.short_time(counts.begins or start),
        is_cut=is_cut,
    )


class _Counts:
    """What was counted until now, by bar and by topic."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.totals, self.failures = Counter[str](), Counter[str]()
        self.topics: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.begins: datetime | None = None

    def add(self, key: str, topic: str, count: int, *, failed: int) -> None:
        """Count events of one bar and topic."""
        self.totals[key] += count
        self.failures[key] += failed
        self.topics[topic][0] += count
        self.topics[topic][1] += failed

    def add_before(self, readable: EventQuerySet, reader: str, last: int, start: datetime) -> bool:
        """Count the events up to a number of the creation order, as far as they are known; tell whether that is all."""
        digits = self.window.digits
        if digits > history.DIGITS:
            return False  # nobody remembers minutes
        since = f"{start:%Y-%m-%d %H:%M:%S}"[: history.DIGITS]
        orders = (
            Event.objects.filter(created_at__gte=start).order_by("created_at").values_list("creation_order", flat=True)
        )
        known, is_all = history.counts_between(readable, reader, orders.first() or 0, last)
        totals, topics = self.totals, self.topics
        for (at, topic), count in known.items():
            if at >= since:
                totals[at[:digits]] += count
                topics[topic][0] += count
        if not is_all and known:
            self.begins = datetime.fromisoformat(f"{min(known)[0]}0+00:00")
        failed = readable.filter(status=Status.FAILED, creation_order__lte=last, created_at__gte=start)
        latest = failed.exclude(status=Status.FINISHED).order_by("-creation_order")[:MOST_FAILED]
        for topic, created in latest.values_list("topic", "created_at"):
            self.add(f"{created:%Y-%m-%d %H:%M:%S}"[:digits], topic, 0, failed=1)
        return is_all


def _bars(window: Window, now: datetime, totals: Mapping[str, int], failures: Mapping[str, int]) -> list[Bar]:
    step = window.bar.total_seconds()
    first, last = (math.floor(moment.timestamp() / step) for moment in (now - window.length, now))
    moments = [datetime.fromtimestamp(number * step, UTC) for number in range(first, last + 1)]
    keys = [f"{moment:%Y-%m-%d %H:%M:%S}"[: window.digits] for moment in moments]
    highest = max((totals.get(key, 0) for key in keys), default=0) or 1
    return [
        Bar(
            x=x,
            label=f"{moment:%Y-%m-%d %H:%M} UTC",
            period=_period(moment, moment + window.bar),
            total=totals.get(key, 0),
            failed=failures.get(key, 0),
            height=round(BAR_HEIGHT * totals.get(key, 0) / highest, 1),
            failed_height=max(LEAST_HEIGHT, round(BAR_HEIGHT * failures[key] / highest, 1)) if failures.get(key) else 0,
        )
        for x, (moment, key) in enumerate(zip(moments, keys, strict=True))
    ]


def _period(begin: datetime, end: datetime) -> str:
    return urlencode({name: f"{moment:%Y-%m-%dT%H:%MZ}" for name, moment in (("from", begin), ("to", end))})


def _busiest(topics: Mapping[str, list[int]]) -> list[Line]:
    ranked = sorted(topics.items(), key=lambda each: (-each[1][0], each[0]))[:LINES]
    most = ranked[0][1][0] if ranked else 1
    return [
        Line(topic=topic, count=count, failed=failed, share=round(100 * count / most))
        for topic, (count, failed) in ranked
    ]
