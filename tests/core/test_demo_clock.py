from datetime import timedelta

import pytest
from django.utils import timezone

from events.management.demo import clock
from events.models import Attempt, Event
from tests.factories import change, make_event

pytestmark = pytest.mark.django_db


def played(days: int) -> list[int]:
    """Some events on each day; return what the clock is told."""
    marks = [clock.newest() or 0]
    for day in range(days):
        for _ in range(6):
            job = make_event(description=f"{day}", depends_on=make_event(description=f"{day}").id, finished=False)
            for status in ("in_progress", "failed", "restarted"):
                change(job.id, status=status)
        marks.append(clock.newest() or 0)
    return marks


def test_what_was_played_has_happened_over_the_last_days() -> None:
    before = make_event("test.before")
    now = timezone.now()
    clock.date_back(played(3), now)
    events = list(Event.objects.filter(topic="test.event").order_by("creation_order"))
    assert [event.created_at for event in events] == sorted(event.created_at for event in events)
    for event in events:
        age = now - event.created_at
        day = 2 - int(event.description)
        assert timedelta(days=day) <= age <= timedelta(days=day, hours=9)
    assert Event.objects.get(pk=before.pk).created_at == before.created_at


def test_what_happened_to_an_event_moves_along_and_never_into_the_future() -> None:
    clock.date_back(played(2), timezone.now())
    for attempt in Attempt.objects.select_related("event"):
        assert attempt.started_at
        assert attempt.ended_at
        moments = [attempt.event.created_at, attempt.started_at, attempt.ended_at, attempt.left_at, timezone.now()]
        assert moments == sorted(moments)
        assert attempt.left_at <= attempt.event.updated_at <= timezone.now()


def test_records_of_the_audit_trail_keep_their_time() -> None:
    first = clock.newest() or 0
    made = make_event("test.event").created_at
    record = make_event("audit.event.restarted")
    clock.date_back([first, clock.newest() or 0], timezone.now() - timedelta(days=1))
    assert Event.objects.get(pk=record.pk).created_at == record.created_at
    assert Event.objects.get(topic="test.event").created_at < made
