"""The chart of the overview: its windows, its bars, and the moments on its axis."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.errors import InvalidField

BAR_HEIGHT = 100
LEAST_HEIGHT = 3.0
"""One event among thousands, and one failure, is seen all the same."""
OF_DAY, OF_NOW = 14.0, 12.0
"""Per cent of the axis that the day at its beginning takes, and a moment with the word *now* at its end."""
OF_DAY_NARROW, OF_NOW_NARROW = 19.0, 28.0
"""The same on a phone."""


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
    tick: timedelta
    """The distance of the moments on the axis, which are counted from midnight."""
    form: str
    """How a moment on the axis is written: ``clock`` or ``day``."""
    tells_day: bool = False
    """The axis begins with the day."""


HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
MINUTE, TEN_MINUTES = timedelta(minutes=1), timedelta(minutes=10)
WINDOWS = (
    Window(
        name="1h",
        label="Last hour",
        length=HOUR,
        bar=MINUTE,
        per="minute",
        digits=16,
        tick=15 * MINUTE,
        form="clock",
    ),
    Window(
        name="24h",
        label="Last 24 hours",
        length=DAY,
        bar=TEN_MINUTES,
        per="10 minutes",
        digits=15,
        tick=6 * HOUR,
        form="clock",
        tells_day=True,
    ),
    Window(name="7d", label="Last 7 days", length=WEEK, bar=HOUR, per="hour", digits=13, tick=DAY, form="day"),
)


def window_named(name: str) -> Window:
    """Return the window with a name; raise InvalidField if there is none."""
    for window in WINDOWS:
        if window.name == name:
            return window
    names = " or ".join(window.name for window in WINDOWS)
    raise InvalidField("window", f"expected {names}, got {name[:60] or 'nothing'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar; heights are the square roots of the numbers, in per cent of the highest."""

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
class Tick:
    """A moment on the axis."""

    x: float
    """Where, in per cent of its length."""
    time: SafeString
    is_tight: bool
    """A phone has no room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is drawn."""

    bars: list[Bar]
    ticks: list[Tick]
    highest: int
    day: SafeString | None
    """The day that the axis begins with."""


def chart_of(window: Window, now: datetime, totals: Mapping[str, int], failures: Mapping[str, int]) -> Chart:
    """Draw how many events there were, and have failed, by the beginnings of their times."""
    step = window.bar.total_seconds()
    first, last = (math.floor(moment.timestamp() / step) for moment in (now - window.length, now))
    moments = [datetime.fromtimestamp(number * step, UTC) for number in range(first, last + 1)]
    keys = [f"{moment:%Y-%m-%d %H:%M:%S}"[: window.digits] for moment in moments]
    highest = max((totals.get(key, 0) for key in keys), default=0)
    bars = [
        Bar(
            x=x,
            label=f"{moment:%Y-%m-%d %H:%M} UTC",
            period=_period(moment, moment + window.bar),
            total=totals.get(key, 0),
            failed=failures.get(key, 0),
            height=_height(totals.get(key, 0), highest),
            failed_height=_height(failures.get(key, 0), highest),
        )
        for x, (moment, key) in enumerate(zip(moments, keys, strict=True))
    ]
    begins, ends = moments[0], moments[-1] + window.bar
    ticks = _ticks(window, begins, ends)
    day = render.axis_time(begins, "day") if window.tells_day else None
    return Chart(bars=bars, ticks=ticks, highest=highest, day=day)


def _height(count: int, highest: int) -> float:
    """Return how high a bar is: by the square root, so that one burst does not make all others vanish."""
    return max(LEAST_HEIGHT, round(BAR_HEIGHT * math.sqrt(count / highest), 1)) if count and highest else 0


def _ticks(window: Window, begins: datetime, ends: datetime) -> list[Tick]:
    """Return the round moments of the server's zone between two moments."""
    local = timezone.localtime(begins)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    first = math.ceil((local - midnight) / window.tick)
    found = [midnight + number * window.tick for number in range(first, first + math.ceil(window.length / window.tick))]
    places = [(round(100 * (moment - begins) / (ends - begins), 2), moment) for moment in found]
    least, narrow = (OF_DAY, OF_DAY_NARROW) if window.tells_day else (0, 0)
    return [
        Tick(x=x, time=render.axis_time(moment, window.form), is_tight=not narrow <= x <= 100 - OF_NOW_NARROW)
        for x, moment in places
        if least <= x <= 100 - OF_NOW
    ]


def _period(begin: datetime, end: datetime) -> str:
    return urlencode({name: f"{moment:%Y-%m-%dT%H:%MZ}" for name, moment in (("from", begin), ("to", end))})
