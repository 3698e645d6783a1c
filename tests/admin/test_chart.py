"""The chart of the overview: how high its bars are, and what its axis says."""

from datetime import UTC, datetime

import pytest

from events.admin.chart import Bar, chart_of, window_named

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
    assert all(tick.x < 95 for tick in chart.ticks)
    assert (words_of(chart.day) if chart.day else "") == day


def test_an_axis_has_no_moment_where_it_says_the_day() -> None:
    chart = chart_of(window_named("24h"), NOW.replace(hour=23), {}, {})
    assert [words_of(tick.time) for tick in chart.ticks] == ["06:00", "12:00", "18:00"]
    assert words_of(chart.day or "") == "Sun 22"


def words_of(time: str) -> str:
    return time.split(">")[1].split("<")[0]
