"""How far a consumer has got, and what it costs."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import glance, position, watermark
from events.delete import delete
from events.models import Consumer, Event
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db(transaction=True)
APPROVED: dict[str, object] = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}


@pytest.fixture(autouse=True)
def eager_watermark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the watermark at every poll, so that it would pass what it must not."""
    monkeypatch.setattr(watermark, "PAUSE", 0.0)
    monkeypatch.setattr(watermark, "FAR", 0)
    monkeypatch.setattr(watermark, "PATIENCE", 60.0)


@pytest.fixture
def shift_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """``shift_clock(days=4)``: from now on the clock is four days ahead of the real one."""
    now = timezone.now

    def shift(**by: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: now() + timedelta(**by))

    return shift


def settle() -> None:
    """Wait until nothing can appear before what is there; on PostgreSQL other databases' transactions hold that up."""
    newest = Event.objects.latest("position").position
    deadline = time.monotonic() + 20
    while position.settled() < newest:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def reached() -> int:
    return Consumer.objects.get().watermark


def poll(**fields: Any) -> str | None:
    """Enroll and finish the job; return the id of its source."""
    job = enroll_for(**fields)
    if job is not None:
        change(job.id, status="finished")
    return source_of(job)


def test_the_watermark_stops_at_the_first_source_without_a_job() -> None:
    first, second = make_event("test.source"), make_event("test.source")
    settle()
    assert source_of(enroll_for(sender="a")) == first.id.hex
    assert reached() < first.position
    assert source_of(enroll_for(sender="b")) == second.id.hex
    assert first.position <= reached() < second.position
    assert enroll_for(sender="c") is None
    assert reached() >= second.position


def test_a_source_that_comes_to_match_after_it_was_passed_is_found() -> None:
    source = make_event("test.source", payload={"newValue": "Ready"})
    settle()
    assert poll(filter=APPROVED) is None
    assert reached() >= source.position
    change(source.id, payload={"newValue": "Approved"})
    assert poll(filter=APPROVED) == source.id.hex


def test_a_source_whose_job_is_deleted_after_it_was_passed_is_found() -> None:
    source = make_event("test.source")
    settle()
    assert [poll(), poll()] == [source.id.hex, None]
    assert reached() >= source.position
    delete(Event.objects.get(topic="test.job").pk)
    assert poll() == source.id.hex


def test_a_job_that_is_restarted_after_its_source_was_passed_is_found() -> None:
    source = make_event("test.source")
    assert [poll(), poll()] == [source.id.hex, None]
    change(Event.objects.get(topic="test.job").pk, status="restarted")
    assert poll() == source.id.hex


def test_what_was_passed_while_the_clock_was_ahead_is_found_again(shift_clock: Callable[..., None]) -> None:
    source = make_event("test.source")
    settle()
    shift_clock(days=10)
    assert poll() is None
    assert reached() >= source.position
    shift_clock(days=0)
    assert [poll(), poll()] == [source.id.hex, None]


def test_a_clock_that_is_a_little_ahead_passes_nothing(shift_clock: Callable[..., None]) -> None:
    source = make_event("test.source")
    shift_clock(days=3, minutes=30)
    assert poll() is None
    assert reached() < source.position
    shift_clock(days=0)
    assert poll() == source.id.hex


def test_events_from_before_the_clock_was_set_back_are_found(shift_clock: Callable[..., None]) -> None:
    shift_clock(days=10)
    first = make_event("test.source")
    assert poll() == first.id.hex
    second = make_event("test.source")
    shift_clock(days=0)
    third = make_event("test.source")
    assert [poll(), poll(), poll()] == [second.id.hex, third.id.hex, None]


def test_without_a_limit_of_age_the_clock_does_not_matter(shift_clock: Callable[..., None]) -> None:
    source = make_event("test.source")
    shift_clock(days=4000)
    assert poll(max_age_days=0) == source.id.hex
    shift_clock(days=-4000)
    assert poll(max_age_days=0) is None


def test_a_long_history_is_searched_in_steps_from_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        make_event("test.other")
    source = make_event("test.source")
    settle()
    step = position.settled() // 5
    monkeypatch.setattr(glance, "STEP", step)
    monkeypatch.setattr(watermark, "PATIENCE", -1.0)
    for polls in range(1, 5):
        with CaptureQueriesContext(connection) as queries:
            assert poll() is None
        assert reached() == polls * step
        assert len(queries) < 14
    found = [poll() for _ in range(3)]
    assert [each for each in found if each] == [source.id.hex]


def test_a_patient_poll_searches_the_whole_history(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(20):
        make_event("test.other")
    source = make_event("test.source")
    monkeypatch.setattr(glance, "STEP", 1 + position.settled() // 50)
    monkeypatch.setattr(watermark, "PATIENCE", 60.0)
    assert poll() == source.id.hex


def test_a_filter_that_never_matches_does_not_search_again() -> None:
    for _ in range(5):
        make_event("test.source", payload={"newValue": "Ready"})
    last = make_event("test.other")
    settle()
    assert poll(filter=APPROVED) is None
    assert reached() >= last.position


def test_an_idle_poll_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    make_event("test.source")
    assert [poll() is None, poll()] == [False, None]
    monkeypatch.setattr(watermark, "PAUSE", 1e9)
    with CaptureQueriesContext(connection) as queries:
        assert poll() is None
    statements = [each["sql"].split()[0] for each in queries]
    assert statements == ["SELECT"]


def test_between_two_moves_of_the_watermark_sources_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    make_event("test.other")
    settle()
    assert poll() is None
    monkeypatch.setattr(watermark, "FAR", 1e9)
    before = reached()
    sources = [make_event("test.source").id.hex for _ in range(3)]
    assert [poll() for _ in range(4)] == [*sources, None]
    assert reached() == before


@pytest.mark.parametrize(("pause", "moves"), [(0.0, True), (1e9, False)])
def test_a_watermark_that_is_not_far_away_follows_more_slowly(
    monkeypatch: pytest.MonkeyPatch, pause: float, moves: bool
) -> None:
    make_event("test.other")
    settle()
    assert poll() is None
    monkeypatch.setattr(watermark, "FAR", 1000)
    monkeypatch.setattr(watermark, "LONG_PAUSE", pause)
    before = reached()
    last = make_event("test.other")
    settle()
    monkeypatch.setattr(watermark, "NEAR", last.position - before)
    assert poll() is None
    assert reached() == before  # so near, it stays for good
    monkeypatch.setattr(watermark, "NEAR", last.position - before - 1)
    assert poll() is None
    assert reached() == (last.position if moves else before)
