"""Operations on more events than one transaction takes."""

import dataclasses
import random

import pytest
from django.db.models import F

from events import operations
from events.models import Event
from events.operations import Operation, operate
from events.tally import Outcome
from tests.core.test_operations import numbers, on
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BATCH", 3)


@pytest.mark.parametrize("kind", ["abort", "delete"])
def test_progress_is_told_after_each_batch(kind: str) -> None:
    for _ in range(7):
        make_event("test.event", finished=False)
    told: list[Outcome] = []
    outcome = operate(Operation(kind=kind, filter=on("test.event")), on_progress=told.append)
    assert [each.affected for each in told] == [3, 6, 7]
    assert told[-1] == outcome
    assert len(outcome.examples) == 5


@pytest.mark.parametrize("kind", ["abort", "delete"])
def test_what_is_dispatched_meanwhile_is_left_alone(kind: str) -> None:
    for _ in range(4):
        make_event("test.event", finished=False)

    def dispatch(_: Outcome) -> None:
        make_event("test.event", finished=False)

    assert operate(Operation(kind=kind, filter=on("test.event")), on_progress=dispatch).affected == 4
    assert Event.objects.filter(status="pending").count() == 2


def test_a_stop_keeps_what_was_done_and_the_same_again_does_the_rest() -> None:
    for _ in range(7):
        make_event("test.event", finished=False)
    abort = Operation(kind="abort", filter=on("test.event"))

    def stop(_: Outcome) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        operate(abort, on_progress=stop)
    assert Event.objects.filter(status="aborted").count() == 3
    assert numbers(operate(abort)) == (4, 3, 0)


def test_a_job_is_deleted_before_its_source_is_looked_at() -> None:
    sources = [make_event("test.source") for _ in range(5)]
    for source in sources:
        make_event("test.job", depends_on=source.id)
    assert numbers(operate(Operation(kind="delete", everything=True))) == (10, 0, 0)


def grow(chance: random.Random) -> None:
    """Make a forest: some events are to be deleted, some depend on earlier ones, and two on later ones."""
    made: list[Event] = []
    for number in range(24):
        parent = chance.choice(made).id if made and chance.random() < 0.6 else None
        topic = "test.doomed" if chance.random() < 0.8 else "test.other"
        made.append(make_event(topic, depends_on=parent, hash=f"{number}"))
    for event in chance.sample([event for event in made[:-6] if not event.children.exists()], 2):
        make_event(event.topic, hash=event.hash, reuse=True, depends_on=chance.choice(made[-6:]).id)


@pytest.mark.parametrize("cascade", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_dry_run_tells_what_will_happen(seed: int, cascade: bool) -> None:
    grow(random.Random(seed))
    total = Event.objects.count()
    with_older_child = set(Event.objects.filter(children__creation_order__lt=F("creation_order")))
    delete = Operation(kind="delete", filter=on("test.doomed"), cascade=cascade)
    dry = operate(dataclasses.replace(delete, dry_run=True))
    assert Event.objects.count() == total
    wet = operate(delete)
    assert (numbers(wet), Event.objects.count()) == (numbers(dry), total - dry.affected)
    assert wet.affected > 2
    left = Event.objects.filter(topic="test.doomed")
    assert left.count() == wet.blocked
    assert {event for event in left if not event.children.exists()} <= with_older_child
