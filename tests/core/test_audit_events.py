"""Operating on events leaves a record, through whichever door; the daily work of services leaves none."""

from typing import Any

import pytest

from events import accounts, trail
from events.actor import SERVER, Actor
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.errors import Forbidden
from events.models import Event
from events.operations import Operation, operate
from events.update import EventChanges, update
from tests.conftest import Roles
from tests.factories import make_event

pytestmark = pytest.mark.django_db

ANN = Actor(name="ann", is_admin=True)
FTRACK = Actor(name="ftrack", is_service=True)


def records() -> list[tuple[str, str | None, Any]]:
    """Return the topics, users and summaries, oldest first."""
    found = Event.objects.filter(topic__startswith="audit.").order_by("creation_order")
    return [(event.topic, event.user, event.summary) for event in found]


def job_of(user: str, status: str = "failed") -> Event:
    job = make_event("test.job", project="alpha", user=user, depends_on=make_event("test.source").id)
    update(job.id, EventChanges(status=status))
    return job


CHANGES: list[tuple[Actor, dict[str, Any], str | None]] = [
    (FTRACK, {"status": "restarted"}, "restarted"),
    (FTRACK, {"status": "aborted"}, "aborted"),
    (FTRACK, {"user": "ftrack"}, "changed"),
    (FTRACK, {"status": "finished"}, None),
    (FTRACK, {"status": "in_progress", "description": "at it"}, None),
    (FTRACK, {"payload": {"a": 1}}, None),
    (FTRACK, {"status": "failed"}, None),
    (ANN, {"status": "restarted"}, "restarted"),
    (ANN, {"status": "finished"}, "changed"),
    (ANN, {"description": "new"}, "changed"),
    (ANN, {"summary": {}}, "changed"),
    (ANN, {"progress": 5.0}, None),
    (ANN, {"status": "failed", "user": "bob", "project": "alpha"}, None),
    (SERVER, {"status": "restarted", "user": "eve"}, None),
]


@pytest.mark.parametrize(("by", "changes", "done"), CHANGES)
def test_what_operators_do_to_an_event_is_recorded(by: Actor, changes: dict[str, Any], done: str | None) -> None:
    job = job_of("bob")
    update(job.id, EventChanges(**changes, sender="tests"), by)
    told = [(topic, user, summary["id"]) for topic, user, summary in records()]
    assert told == ([(f"audit.event.{done}", by.name, job.id.hex)] if done else [])


@pytest.mark.parametrize("status", ["restarted", "aborted", "finished"])
def test_so_is_a_restart_or_an_abortion_of_ones_own(status: str) -> None:
    job = job_of("ftrack")
    update(job.id, EventChanges(status=status), FTRACK)
    assert len(records()) == (status in trail.OPERATED)


def test_a_record_of_a_change_says_what_was_before_and_after() -> None:
    job = job_of("bob")
    update(job.id, EventChanges(status="restarted", user="bob", description="again", payload={"token": "x"}), ANN)
    [(_, _, told)] = records()
    assert (told["topic"], told["project"]) == ("test.job", "alpha")
    assert told["before"] == {"status": "failed", "description": ""}
    assert told["after"] == {"status": "restarted", "description": "again", "payload": "replaced"}


def test_a_record_holds_no_secret_of_the_event() -> None:
    event = make_event("test.event", user="bob", description="from ftp://bob:hush-hush@farm", hash="once")
    update(event.id, EventChanges(description="with Bearer hush-hush-hush"), ANN)
    dispatch(NewEvent(topic="test.event", hash="once", description="ftp://eve:hush-hush@x", reuse=True), ANN)
    delete(event.id, by=ANN)
    assert len(records()) == 3
    assert "hush" not in str(records())


def test_a_refused_change_leaves_no_record(people: Roles) -> None:
    job = job_of("bob")
    with pytest.raises(Forbidden):
        update(job.id, EventChanges(status="restarted"), accounts.actor_of(people["artist"]))
    assert records() == []


@pytest.mark.parametrize("by", [ANN, FTRACK])
def test_a_deletion_is_recorded_with_all_that_went(by: Actor) -> None:
    source = make_event("test.source")
    job = make_event("test.job", depends_on=source.id, finished=False)
    assert delete(source.id, cascade=True, by=by) == 2
    [(topic, user, told)] = records()
    assert (topic, user, told["topic"], told["affected"]) == ("audit.event.deleted", by.name, "test.source", 2)
    assert (told["before"]["status"], told["after"]) == ("finished", None)
    record = Event.objects.get(topic=topic)
    assert record.payload["before"] == {source.id.hex: "finished", job.id.hex: "pending"}


def test_what_the_server_deletes_and_what_is_not_there_leaves_no_record() -> None:
    delete(make_event().id)
    delete("0" * 32, by=ANN)
    assert records() == []


@pytest.mark.parametrize("by", [ANN, FTRACK])
def test_an_event_that_takes_an_older_ones_place_is_recorded(by: Actor) -> None:
    old = make_event("test.event", hash="once", description="old")
    dispatch(NewEvent(topic="test.other", hash="once", description="new", reuse=True), by)
    dispatch(NewEvent(topic="test.other", hash="twice", reuse=True), by)
    [(topic, user, told)] = records()
    assert (topic, user, told["id"], told["hash"]) == ("audit.event.replaced", by.name, old.id.hex, "once")
    assert (told["before"]["topic"], told["before"]["description"]) == ("test.event", "old")
    assert (told["after"]["topic"], told["after"]["user"]) == ("test.other", by.name)


def test_an_operation_is_recorded_with_what_was_asked_and_done() -> None:
    event = make_event()
    operate(Operation(kind="delete", everything=True, dry_run=True), ANN)
    assert records() == []
    operate(Operation(kind="delete", everything=True), ANN)
    [(topic, user, told)] = records()
    assert (topic, user) == ("audit.operation.delete", "ann")
    assert (told["everything"], told["affected"], told["after"]) == (True, 1, None)
    assert Event.objects.get(topic=topic).payload == {"before": {event.id.hex: "finished"}}


def test_an_operation_on_chosen_events_is_recorded_with_their_ids() -> None:
    jobs = [job_of("bob", status) for status in ("failed", "finished", "pending")]
    operate(Operation(kind="restart", ids=[job.id for job in jobs]), FTRACK)
    [(topic, user, told)] = records()
    assert (topic, user) == ("audit.operation.restart", "ftrack")
    assert (told["chosen"], told["affected"], told["after"]) == (3, 2, "restarted")
    assert Event.objects.get(topic=topic).payload == {"before": {jobs[0].id.hex: "failed", jobs[1].id.hex: "finished"}}


def test_each_batch_of_an_operation_is_recorded_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.operations.BATCH", 2)
    events = [make_event() for _ in range(3)]

    def stop(_done: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        operate(Operation(kind="delete", everything=True), ANN, stop)
    [(_, _, told)] = records()
    assert told["affected"] == 2
    assert Event.objects.filter(topic="test.event").get() == events[0]
