import pytest

from events import catalogue
from events.models import Event
from tests.factories import change, make_event

pytestmark = pytest.mark.django_db


def test_each_topic_has_the_position_of_its_latest_change() -> None:
    assert catalogue.latest_of_topics() == {}
    first, *_ = [make_event("test.b"), make_event("test.a"), make_event("test.b"), make_event("Test.c")]
    change(first.id, description="changed")
    latest = catalogue.latest_of_topics()
    assert list(latest) == ["Test.c", "test.a", "test.b"]
    assert latest["test.b"] == Event.objects.get(pk=first.pk).position


def test_so_many_topics_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST", 2)
    for topic in ("test.c", "test.a", "test.b"):
        make_event(topic)
    assert list(catalogue.latest_of_topics()) == ["test.a", "test.b"]


def test_a_burst_on_one_topic_hides_no_other() -> None:
    for number in range(12):
        make_event("test.rare" if number in (0, 3) else "test.burst", description=f"{number}")
    make_event("test.last")
    found = Event.objects.filter(catalogue.latest_changes(3, 10)).order_by("position")
    assert list(found.values_list("description", flat=True)) == ["0", "3", "9", "10", "11", ""]
    found = Event.objects.filter(catalogue.latest_changes(1, 2)).order_by("position")
    assert list(found.values_list("topic", flat=True)) == ["test.burst", "test.last"]
