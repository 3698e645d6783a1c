"""The charts of the overview where there is more than one look counts."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from django.db import connections
from django.utils import timezone

from events import bus, update_event
from events.admin import history, overview, stretches
from events.admin.chart import window_named
from events.admin.overview import Traffic, traffic_of
from events.delete import delete
from events.models import Event
from tests.factories import make_event

pytestmark = pytest.mark.django_db
Result = TypeVar("Result")
HOURS = (150, 100, 50, 26, 20, 10, 5, 2)


@pytest.fixture(autouse=True)
def small_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look counts the newest three events, and one stretch of two numbers before them."""
    monkeypatch.setattr(overview, "MOST", 3)
    monkeypatch.setattr(stretches, "STRETCH", 2)
    monkeypatch.setattr(history, "PATIENCE", -1)
    history.forget()


def make(*hours: float, topic: str = "test.event") -> list[Event]:
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
    assert sum(bar.total for bar in looks[-1].chart.bars) == 8
    assert [(line.topic, line.count) for line in looks[-1].topics] == [("test.event", 8)]


def test_the_last_hour_is_counted_by_the_minute() -> None:
    make(*(minutes / 60 for minutes in (54, 48, 42, 30, 24, 18, 12, 6)))
    looks = [look("1h") for _ in range(3)]
    assert [(each.total, each.is_cut) for each in looks] == [(5, True), (7, True), (8, False)]
    assert [bar.total for bar in looks[-1].chart.bars if bar.total] == [1] * 8


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


def test_of_what_came_meanwhile_the_newest_are_told_until_all_is_counted() -> None:
    make(*HOURS)
    looked()
    make(*[0] * 9)
    assert [(each.total, each.is_cut) for each in (look(), look())] == [(3, True)] * 2
    assert (looked().total, looked().is_cut) == (17, False)


def test_when_very_much_came_meanwhile_it_is_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    make(*HOURS)
    looked()
    make(*[0] * 9)
    monkeypatch.setattr(history, "WORTH", 5)
    assert [(each.total, each.is_cut) for each in (look(), look())] == [(5, True), (7, True)]


def test_nothing_is_told_twice_when_the_newest_are_deleted() -> None:
    make(*HOURS)
    new = make(*[0] * 5)
    assert looked().total == 13
    Event.objects.filter(pk__in=[event.pk for event in new[2:]]).delete()
    assert looked().total == 10


@pytest.mark.django_db(transaction=True)
async def test_a_deletion_has_all_counted_anew_beside_what_is_known(running_bus: None) -> None:
    told = asyncio.Event()
    stop_listening = bus.listen(lambda envelope: told.set() if envelope.is_deletion else None)
    await asyncio.to_thread(closing, lambda: (make(*HOURS), looked(), delete(Event.objects.all()[2].id)))
    await told.wait()
    stop_listening()
    looks = await asyncio.to_thread(closing, lambda: [look() for _ in range(9)])
    seen = [(each.total, each.is_cut, each.is_outdated) for each in looks]
    assert (seen[0], seen[-1]) == ((8, False, True), (7, False, False))


def closing(work: Callable[[], Result]) -> Result:
    """Do it in a thread of its own, and leave no connection open there."""
    try:
        return work()
    finally:
        connections.close_all()


def test_who_finds_others_counting_is_told_of_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    make(*HOURS)
    looked()
    counting = threading.Lock()
    monkeypatch.setattr(history, "_lock", counting)
    monkeypatch.setattr(history, "PATIENCE", 0)
    with counting:
        traffic = look()
    assert (traffic.total, traffic.is_cut) == (3, True)


def test_failures_are_counted_as_they_are_now() -> None:
    events = make(*HOURS)
    for _ in range(3):
        look()
    for event in (events[1], events[4]):
        update_event(event.id, status="failed")
    traffic = looked()
    assert (traffic.total, traffic.failed) == (8, 2)
    assert sum(bar.failed for bar in traffic.chart.bars) == 2
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
