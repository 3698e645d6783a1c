"""Many events at once, in Python and against the rest of the world."""

import operator
from typing import Any

import pytest

from events import batch, dispatch, dispatch_event, dispatch_events
from events.batch import dispatch_batch
from events.delete import delete
from events.dispatch import Dispatched, NewEvent
from events.errors import DependencyMissing, InvalidField
from events.models import Event
from events.position import draw
from tests.conftest import POSTGRES, Publishing
from tests.core.test_enroll_race import at_once
from tests.factories import make_event

committed = pytest.mark.django_db(transaction=True)
pytestmark = pytest.mark.django_db


def test_python_gets_the_ids_in_order(publishing: Publishing) -> None:
    known = make_event(hash="b")
    with publishing() as messages:
        ids = dispatch_events({"topic": "test.event", "hash": each} for each in "cba")
    assert [Event.objects.get(hash=each).id.hex for each in "cba"] == ids
    assert [message.event["id"] for message in messages] == [each for each in ids if each != known.id.hex]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"topic": "x"}, InvalidField),
        ({"topic": "test.event", "reuse": True}, InvalidField),
        ({"topic": "test.event", "depends_on": "0" * 32}, DependencyMissing),
    ],
)
def test_in_python_it_is_all_of_them_or_none(publishing: Publishing, bad: Any, error: type[Exception]) -> None:
    with publishing() as messages, pytest.raises(error):
        dispatch_events([{"topic": "test.event"}, bad])
    assert (Event.objects.count(), messages) == (0, [])


def test_an_invalid_event_is_named_by_its_place() -> None:
    with pytest.raises(InvalidField) as refusal:
        dispatch_events([{"topic": "test.event"}, {"topic": "x"}])
    assert (refusal.value.field, refusal.value.__notes__) == ("topic", ["in event 1"])


def test_too_many_are_refused() -> None:
    with pytest.raises(InvalidField, match="at most 1000 events, got 1001"):
        dispatch_events([{"topic": "test.event"}] * 1001)
    assert Event.objects.count() == 0


@committed
@pytest.mark.skipif(not POSTGRES, reason="SQLite has one writer at a time")
@pytest.mark.parametrize(
    ("step", "expected"), [("bulk.insert_new", [Dispatched, DependencyMissing]), ("_ids_of", [Dispatched] * 2)]
)
def test_an_event_that_is_deleted_meanwhile_is_looked_up_again(
    monkeypatch: pytest.MonkeyPatch, step: str, expected: list[type]
) -> None:
    """The cause of one event is deleted, or the event that has its hash."""
    first = make_event(hash="h")
    go_on = operator.attrgetter(step)(batch)

    def delete_first(*arguments: Any) -> Any:
        monkeypatch.undo()
        at_once(1, lambda _: delete(first.id))
        return go_on(*arguments)

    monkeypatch.setattr(f"events.batch.{step}", delete_first)
    cause, hash_ = (first.id, None) if step == "bulk.insert_new" else (None, "h")
    outcomes = dispatch_batch([NewEvent(topic="test.a"), NewEvent(topic="test.b", depends_on=cause, hash=hash_)])
    assert [type(outcome) for outcome in outcomes] == expected
    assert [outcome.created for outcome in outcomes if isinstance(outcome, Dispatched)] == [True] * expected.count(
        Dispatched
    )
    assert Event.objects.count() == expected.count(Dispatched)


def test_a_hash_that_gets_free_while_it_is_in_the_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    insert = dispatch.insert

    def in_the_way(event: Event) -> bool:
        monkeypatch.setattr(dispatch, "insert", insert)
        return False

    monkeypatch.setattr(dispatch, "insert", in_the_way)
    event_id = dispatch_event("test.event", hash="h")
    assert Event.objects.get(hash="h").id.hex == event_id


@committed
def test_positions_are_drawn_in_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="in the transaction that stores it"):
        draw(2)


@committed
def test_batches_with_the_same_hashes_in_another_order_do_not_deadlock() -> None:
    hashes = [f"h{number:03}" for number in range(300)]
    outcomes: list[Any] = []

    def work(number: int) -> None:
        for start in range(0, 300, 50):
            some = hashes[start : start + 50]
            ordered = some if number % 2 else some[::-1]
            news = [NewEvent(topic="test.event", hash=each) for each in ordered]
            outcomes.extend(zip(ordered, dispatch_batch(news), strict=True))

    at_once(4, work)
    ids = dict(Event.objects.values_list("hash", "id"))
    assert sorted(ids) == hashes
    assert [hash_ for hash_, outcome in sorted(outcomes, key=lambda each: each[0]) if outcome.created] == hashes
    assert all(outcome.id == ids[hash_] for hash_, outcome in outcomes)
