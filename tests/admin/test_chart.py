"""The chart of the overview: how high its bars are, and what its axis says."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from events.admin.chart import WINDOWS, Bar, Window, chart_of, window_named

NOW = datetime(2026, 11, 23, 15, 42, 30, tzinfo=UTC)


def bar_at(label: str, totals: dict[str, int], failures: dict[str, int]) -> Bar:
    return next(bar for bar in chart_of(window_named("1h"), NOW, totals, failures).bars if bar.label == f"{label} UTC")


def test_a_burst_leaves_the_other_bars_to_be_seen() -> None:
    totals = {"2026-11-23 15:00": 40_000, "2026-11-23 15:01": 400, "2026-11-23 15:02": 1}
    failures = {"2026-11-23 15:00": 1, "2026-11-23 15:01": 100}
    burst, ordinary, single = (bar_at(f"2026-11-23 15:0{minute}", totals, failures) for minute in range(3))
    assert [bar.height for bar in (burst, ordinary, single)] == [100.0, 10.0, 3.0]
    assert [bar.failed_height for bar in (burst, ordinary, single)] == [3.0, 5.0, 0]
    assert bar_at("2026-11-23 15:03", totals, failures).height == 0
    assert (burst.top, burst.failed_top, single.top) == (0.0, 97.0, 97.0)


@pytest.mark.parametrize(
    ("window", "day", "said"),
    [
        ("1h", "", [("14:45", 4.92), ("15:00", 29.51), ("15:15", 54.1), ("15:30", 78.69)]),
        ("24h", "Sun 22", [("00:00", 34.48), ("06:00", 59.31), ("12:00", 84.14)]),
        ("7d", "", [("Tue 17", 5.33), ("Wed 18", 19.53)]),
    ],
)
def test_the_axis_has_round_moments(window: str, day: str, said: list[tuple[str, float]]) -> None:
    chart = chart_of(window_named(window), NOW, {}, {})
    assert [(words_of(tick.time), tick.x) for tick in chart.ticks][: len(said)] == said
    assert (words_of(chart.day) if chart.day else "") == day


def test_an_axis_has_no_moment_where_it_says_the_day() -> None:
    chart = chart_of(window_named("24h"), NOW.replace(hour=23), {}, {})
    assert [words_of(tick.time) for tick in chart.ticks] == ["06:00", "12:00", "18:00"]
    assert words_of(chart.day or "") == "Sun 22"


@pytest.mark.parametrize("window", WINDOWS, ids=[window.name for window in WINDOWS])
@pytest.mark.parametrize(
    ("axis", "is_phone"), [(262, True), (662, True), (663, False)], ids=["320 px", "720 px", "721 px"]
)
def test_no_word_of_the_axis_is_upon_another_at_any_time_of_the_day(window: Window, axis: int, is_phone: bool) -> None:
    day, moment, now = 44, 35 if window.form == "clock" else 44, 25
    for minutes in range(0, 24 * 60, 7):
        chart = chart_of(window, NOW.replace(hour=0, minute=0) + timedelta(minutes=minutes), {}, {})
        ticks = chart.ticks[::2] if axis == 262 and len(chart.ticks) > 4 else chart.ticks
        shown = [tick for tick in ticks if not (is_phone and tick.is_tight)]
        places = [(4 + tick.x * axis / 100, moment) for tick in shown]
        words = [*([(0, day)] if chart.day else []), *places, (axis - now, now)]
        gaps = [after - begin - width for (begin, width), (after, _) in pairwise(words)]
        assert min(gaps) >= 4, (minutes, words)
        assert len(shown) > 1


def words_of(time: str) -> str:
    return time.split(">")[1].split("<")[0]
