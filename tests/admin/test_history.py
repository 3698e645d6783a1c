"""The charts of the overview where there is more than one look counts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import update_event
from events.admin import history, overview
from events.admin.overview import Traffic, traffic_of, window_named
from events.models import Event
from tests.factories import make_event

pytestmark = pytest.mark.django_db
HOURS = (150, 100, 50, 26, 20, 10, 5, 2)


@pytest.fixture(autouse=True)
def small_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look counts the newest three events, and one piece of two numbers before them."""
    monkeypatch.setattr(overview, "MOST", 3)
    monkeypatch.setattr(history, "PIECE", 2)
    history.forget()


def make(*hours: int, topic: str = "test.event") -> list[Event]:
    """Events of so many hours ago, each of which takes one number."""
    events = [make_event(topic) for _ in hours]
    for event, age in zip(events, hours, strict=True):
        Event.objects.filter(pk=event.pk).update(created_at=timezone.now() - timedelta(hours=age))
    return events


def look(window: str = "7d", reader: str = "all") -> Traffic:
    return traffic_of(Event.objects.all(), window_named(window), reader)


def looked() -> Traffic:
    """What is told once all is counted."""
    return [look() for _ in range(9)][-1]


def test_each_look_knows_more_until_all_of_the_period_is_counted() -> None:
    make(*HOURS)
    looks = [look() for _ in range(4)]
    assert [(each.total, each.is_cut) for each in looks] == [(5, True), (7, True), (8, False), (8, False)]
    assert sum(bar.total for bar in looks[-1].bars) == 8
    assert [(line.topic, line.count) for line in looks[-1].topics] == [("test.event", 8)]


def test_a_shorter_period_is_taken_from_what_is_known() -> None:
    make(*HOURS)
    look()
    day = look("24h")
    assert (day.total, day.is_cut) == (4, False)


def test_what_comes_meanwhile_is_counted_once() -> None:
    make(*HOURS)
    for _ in range(3):
        look()
    make(1, 1, topic="test.new")
    assert look().total == 10
    make(*[0] * 9, topic="test.newest")
    traffic = looked()
    assert (traffic.total, traffic.is_cut) == (19, False)
    assert {line.topic: line.count for line in traffic.topics} == {"test.newest": 9, "test.event": 8, "test.new": 2}


def test_failures_are_counted_as_they_are_now() -> None:
    events = make(*HOURS)
    for _ in range(3):
        look()
    for event in (events[1], events[4]):
        update_event(event.id, status="failed")
    traffic = looked()
    assert (traffic.total, traffic.failed) == (8, 2)
    assert sum(bar.failed for bar in traffic.bars) == 2
    update_event(events[1].id, status="restarted")
    assert looked().failed == 1


def test_readers_who_see_different_events_are_told_apart() -> None:
    make(*HOURS)
    make(*HOURS, topic="test.other")
    nothing = Event.objects.filter(topic="test.nothing")
    for _ in range(9):
        look()
        traffic_of(nothing, window_named("7d"), "nobody")
    assert look().total == 16
    assert traffic_of(nothing, window_named("7d"), "nobody").total == 0


def test_after_a_while_it_is_counted_anew_and_nothing_is_missing_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    events = make(*HOURS)
    for _ in range(3):
        look()
    events[2].delete()
    assert look().total == 8
    monkeypatch.setattr(history, "KEPT_SECONDS", -1)
    looks = [look() for _ in range(4)]
    assert not any(each.is_cut for each in looks)
    assert looks[-1].total == 7
