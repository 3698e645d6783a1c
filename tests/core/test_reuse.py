import pytest
from django.utils import timezone

from events import dispatch_event
from events.errors import EventHasChildren, InvalidField
from events.models import Event
from tests.conftest import Publishing
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db


def test_reuse_overwrites_the_event_and_keeps_its_id_and_place() -> None:
    first = make_event(hash="h", description="first", project="alpha", payload={"n": 1})
    change(first.id, retries=2, status="failed")
    before = timezone.now()
    assert dispatch_event("test.other", hash="h", summary={"n": 2}, reuse=True) == first.id.hex
    now = Event.objects.get()
    assert (now.id, now.creation_order, now.created_at) == (first.id, first.creation_order, first.created_at)
    assert (now.topic, now.description, now.project, now.payload) == ("test.other", "", None, {})
    assert (now.summary, now.status, now.retries) == ({"n": 2}, "finished", 0)
    assert now.position > first.position
    assert now.updated_at >= before


def test_reuse_of_a_new_hash_stores_an_event() -> None:
    event_id = dispatch_event("test.event", hash="h", reuse=True)
    assert Event.objects.get().id.hex == event_id


def test_the_message_of_a_reused_event_has_its_id(publishing: Publishing) -> None:
    first = make_event(hash="h")
    with publishing() as messages:
        dispatch_event("test.event", hash="h", reuse=True)
    assert [(each.event["id"], each.is_update) for each in messages] == [(first.id.hex, False)]


def test_an_event_that_others_depend_on_is_not_reused(publishing: Publishing) -> None:
    first = make_event(hash="h", description="first")
    make_event(depends_on=first.id)
    with publishing() as messages, pytest.raises(EventHasChildren) as refusal:
        dispatch_event("test.event", hash="h", reuse=True)
    assert (refusal.value.details, messages) == ({"children": 1}, [])
    assert Event.objects.get(pk=first.id).description == "first"


def test_a_reused_event_does_not_depend_on_itself() -> None:
    first = make_event(hash="h")
    with pytest.raises(InvalidField) as refusal:
        dispatch_event("test.event", hash="h", depends_on=first.id, reuse=True)
    assert refusal.value.field == "dependsOn"
    assert Event.objects.get().depends_on_id is None


def test_a_job_that_is_reused_for_something_else_sets_its_source_free() -> None:
    source = make_event("test.source")
    make_event("test.job", depends_on=source.id, hash="h")
    assert enroll_for() is None
    dispatch_event("test.note", hash="h", reuse=True)
    assert Event.objects.get(pk=source.id).position > source.position
    assert source_of(enroll_for()) == source.id.hex


def test_a_job_that_is_reused_for_the_same_source_leaves_it_where_it_is() -> None:
    source = make_event("test.source")
    make_event("test.job", depends_on=source.id, hash="h")
    dispatch_event("test.job", hash="h", depends_on=source.id, reuse=True)
    assert Event.objects.get(pk=source.id).position == source.position
