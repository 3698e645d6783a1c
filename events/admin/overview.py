"""What the overview tells of events: how many there are over time, how many have failed, and on which topics.

They are counted from the newest, up to a bound, so that it costs the same however long the history is. Where the
bound is reached, the page says so.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr
from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status

MOST = 25_000
"""Events that throughput and busiest topics are counted from: the newest."""
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
    """The window has more than MOST events: only the newest were counted."""


def window_named(name: str) -> Window:
    """Return the window with a name; a day if there is none."""
    return next((window for window in WINDOWS if window.name == name), WINDOWS[1])


def traffic_of(readable: EventQuerySet, window: Window) -> Traffic:
    """Count what was created in the window, by bar, topic and status."""
    now = timezone.now()
    start = now - window.length
    # Of all events, readable or not: for who may read few, the bound is where it is for everybody.
    cut = Event.objects.order_by("-creation_order").values_list("creation_order", "created_at")[MOST : MOST + 1].first()
    is_cut = cut is not None and cut[1] > start
    if cut is not None and is_cut:
        recent, start = readable.filter(creation_order__gt=cut[0]), cut[1]
    else:
        recent = readable.filter(created_at__gte=start)
    bar = Substr(Cast("created_at", CharField()), 1, window.digits)
    counted = recent.annotate(bar=bar).values_list("bar", "topic", "status").annotate(count=Count("pk"))
    totals: dict[str, int] = defaultdict(int)
    failures: dict[str, int] = defaultdict(int)
    topics: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, topic, status, count in counted:
        failed = count if status == Status.FAILED else 0
        totals[key] += count
        failures[key] += failed
        topics[topic][0] += count
        topics[topic][1] += failed
    bars = _bars(window, now, totals, failures)
    return Traffic(
        bars=bars,
        total=sum(totals.values()),
        failed=sum(failures.values()),
        highest=max((each.total for each in bars), default=0),
        topics=_busiest(topics),
        ticks=[render.axis_time(now - window.length * (1 - each / TICKS), window.form) for each in range(TICKS)],
        begins=render.short_time(start),
        is_cut=is_cut,
    )


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
