"""Which events are sources."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from events import watermark
from events.models import Consumer, Event
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db
APPROVED: dict[str, object] = {"conditions": [{"key": "payload/newValue", "value": "Approved"}]}


@pytest.fixture(autouse=True)
def eager_watermark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Move the watermark at every poll, so that it would pass what it must not."""
    monkeypatch.setattr(watermark, "PAUSE", 0.0)


def handed_out(*topics: str, **fields: Any) -> list[str]:
    """Return the topics of the sources, in the order of their jobs."""
    found: list[str] = []
    while job := enroll_for(*topics, sender=f"worker {len(found)}", **fields):
        found.append(Event.objects.get(pk=job.depends_on).topic)
    return found


@pytest.mark.parametrize(
    ("topics", "expected"),
    [
        (("test.a",), ["test.a"]),
        (("test.*",), ["test.a", "test.b", "test.a.b"]),
        (("*",), ["test.a", "test.b", "other.a", "test.a.b"]),
        (("*.a",), ["test.a", "other.a"]),
        (("test.*.b",), ["test.a.b"]),
        (("test.b", "other.a"), ["test.b", "other.a"]),
        (("other.*", "test.b"), ["test.b", "other.a"]),
        (("other.*", "*.b"), ["test.b", "other.a", "test.a.b"]),
        (("nothing.*", "nothing"), []),
        (("testxa", "test_a"), []),
    ],
)
def test_topics_patterns_and_lists_of_both(topics: tuple[str, ...], expected: list[str]) -> None:
    for topic in ("test.a", "test.b", "other.a", "test.a.b"):
        make_event(topic)
    assert handed_out(*topics) == expected


def test_a_target_topic_never_feeds_on_itself() -> None:
    make_event("test.source")
    assert handed_out("test.*") == ["test.source"]
    Event.objects.filter(topic="test.job").update(status="finished")
    assert handed_out("test.*") == []
    assert handed_out("*", target_topic="test.next") == ["test.source", "test.job"]


@pytest.mark.parametrize("status", ["pending", "in_progress", "failed", "aborted", "restarted"])
def test_only_finished_events_are_sources(status: str) -> None:
    source = make_event("test.source", finished=False)
    change(source.id, status=status)
    assert handed_out() == []
    change(source.id, status="finished")
    assert handed_out() == ["test.source"]


def test_a_filter_narrows_the_sources_down() -> None:
    make_event("test.source", payload={"newValue": "Ready"})
    approved = make_event("test.source", payload={"newValue": "Approved"})
    assert source_of(enroll_for(filter=APPROVED)) == approved.id.hex
    assert enroll_for(filter=APPROVED, sender="b") is None


@pytest.mark.parametrize("changes", [{"payload": {"newValue": "Approved"}}, {"sender_type": "ui"}])
def test_a_later_change_makes_a_source_match(changes: dict[str, Any]) -> None:
    source = make_event("test.source", sender_type="ftrack", payload={"newValue": "Ready"})
    fields = {"filter": APPROVED} if "payload" in changes else {"ignored_sender_types": ("ftrack",)}
    assert enroll_for(**fields) is None
    change(source.id, **changes)
    assert source_of(enroll_for(**fields)) == source.id.hex


def test_ignored_sender_types_leave_those_without_one() -> None:
    make_event("test.ftrack", sender_type="ftrack")
    make_event("test.none")
    make_event("test.api", sender_type="api")
    make_event("test.sg", sender_type="shotgrid")
    ignored = ("ftrack", "shotgrid")
    assert handed_out("test.*", ignored_sender_types=ignored) == ["test.none", "test.api"]
    everything = ["test.ftrack", "test.none", "test.api", "test.sg"]
    assert handed_out("test.*", target_topic="test.all") == everything


def aged(days: float) -> Event:
    """Return a source that last changed so many days ago."""
    source = make_event("test.source", description=f"{days} days")
    Event.objects.filter(pk=source.pk).update(updated_at=timezone.now() - timedelta(days=days))
    return source


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(3, [2.9]), (4, [2.9, 3.01, 3.1]), (0, [2.9, 3.01, 3.1, 400]), (365_000, [2.9, 3.01, 3.1, 400])],
)
def test_old_sources_are_left_alone(limit: int, expected: list[float]) -> None:
    of_age = {aged(days).id.hex: days for days in (2.9, 3.01, 3.1, 400)}
    found: list[float] = []
    while source := source_of(enroll_for(max_age_days=limit, sender=f"worker {len(found)}")):
        found.append(of_age[source])
    assert found == expected


def test_three_days_are_the_default() -> None:
    aged(3.01)
    young = aged(2.99)
    assert source_of(enroll_for()) == young.id.hex
    assert Consumer.objects.get().max_age_days == 3


def test_an_old_source_that_changes_is_young_again() -> None:
    source = aged(400)
    assert enroll_for() is None
    change(source.id, description="touched")
    assert source_of(enroll_for()) == source.id.hex


@pytest.mark.parametrize(("status", "again"), [("failed", False), ("restarted", True)])
def test_age_forgives_a_restart_and_not_a_failure(status: str, again: bool) -> None:
    source = make_event("test.source")
    job = enroll_for()
    assert job is not None
    change(job.id, status=status)
    Event.objects.filter(pk=source.pk).update(updated_at=timezone.now() - timedelta(days=4))
    assert (enroll_for() is not None) == again


def test_the_same_sources_have_one_consumer_in_whatever_order() -> None:
    enroll_for("test.a", "test.b", ignored_sender_types=("x", "y"))
    enroll_for("test.b", "test.a", "test.a", ignored_sender_types=("y", "x"), sender="b", sequential=True)
    assert Consumer.objects.count() == 1
    enroll_for("test.a", "test.b")
    assert Consumer.objects.count() == 2
