import json

import pytest

from events import dispatch_event, message, update_event
from events.models import Event
from tests.conftest import Publishing
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def test_a_new_event_is_remembered_as_it_was_told(publishing: Publishing) -> None:
    with publishing() as told:
        make_event("test.event", project="alpha", summary={"a": 1}, payload={"b": 2}, recipients=["artist"])
        make_event("test.job", finished=False)
    assert [message.remembered(event) for event in Event.objects.order_by("position")] == told


def test_a_change_is_remembered_as_it_was_told(publishing: Publishing) -> None:
    event = make_event("test.event", recipients=["artist"])
    with publishing() as told:
        update_event(event.id, status="failed", description="broken", recipients=["manager", "guest"])
    remembered = message.remembered(Event.objects.get())
    assert remembered == told[0]
    assert (remembered.recipients, remembered.is_update) == (("manager", "guest"), True)
    assert "progress" not in json.loads(remembered.frame)


def test_a_change_for_everybody_is_remembered_for_everybody() -> None:
    event = dispatch_event("test.event", recipients=["artist"])
    update_event(event, status="failed")
    assert message.remembered(Event.objects.get()).recipients is None


def test_who_only_reports_progress_changes_no_recipients() -> None:
    event = dispatch_event("test.event", recipients=["artist"])
    update_event(event, progress=5, recipients=["manager"])
    assert message.remembered(Event.objects.get()).recipients == ("artist",)
