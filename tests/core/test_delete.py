from uuid import UUID, uuid4

import pytest

from events import delete as module
from events.delete import delete
from events.errors import EventHasChildren, InvalidField
from events.models import Event
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db


def left() -> set[UUID]:
    return set(Event.objects.values_list("pk", flat=True))


def test_an_event_is_deleted() -> None:
    event, other = make_event(), make_event()
    assert delete(event.id.hex) == 1
    assert left() == {other.id}


def test_deleting_what_does_not_exist_is_no_error() -> None:
    make_event()
    assert delete(uuid4()) == 0
    assert Event.objects.count() == 1


def test_an_id_must_be_one() -> None:
    with pytest.raises(InvalidField) as refusal:
        delete("nobody")
    assert refusal.value.field == "eventId"


def test_an_event_with_children_stays() -> None:
    event = make_event()
    child = make_event(depends_on=event.id)
    make_event(depends_on=event.id)
    make_event(depends_on=child.id)
    with pytest.raises(EventHasChildren) as refusal:
        delete(event.id)
    assert refusal.value.details == {"children": 2}
    assert Event.objects.count() == 4


def test_a_cascade_takes_all_generations_and_nothing_else() -> None:
    parent = make_event()
    event = make_event(depends_on=parent.id)
    sibling = make_event(depends_on=parent.id)
    for _ in range(2):
        child = make_event(depends_on=event.id)
        make_event(depends_on=make_event(depends_on=child.id).id)
    assert delete(event.id, cascade=True) == 7
    assert left() == {parent.id, sibling.id}


def test_a_cascade_of_one_is_a_deletion() -> None:
    assert delete(make_event().id, cascade=True) == 1
    assert left() == set()


def test_a_cascade_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CASCADE_MAX", 2)
    event = make_event()
    child = make_event(depends_on=event.id)
    grandchildren = [make_event(depends_on=child.id) for _ in range(2)]
    with pytest.raises(EventHasChildren, match="More than 2 events"):
        delete(event.id, cascade=True)
    assert Event.objects.count() == 4
    delete(grandchildren[0].id)
    assert delete(event.id, cascade=True) == 3


@pytest.mark.parametrize("status", ["pending", "finished", "failed", "aborted"])
def test_a_deleted_job_sets_its_source_free_again(status: str) -> None:
    source = make_event("test.source")
    later = make_event("test.source")
    job = enroll_for()
    assert job is not None
    change(job.id, status=status)
    delete(job.id)
    assert Event.objects.get(pk=source.id).position > later.position
    assert [source_of(enroll_for(sender="x")), source_of(enroll_for(sender="y"))] == [later.id.hex, source.id.hex]


def test_a_deleted_source_takes_its_job_along() -> None:
    source = make_event("test.source")
    assert enroll_for() is not None
    assert delete(source.id, cascade=True) == 2
    assert enroll_for() is None
