"""What is kept of each time that somebody worked on an event."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.handover import give_back
from events.models import Attempt, Event
from events.operations import Operation, operate
from tests.factories import change, enroll_for, make_event

pytestmark = pytest.mark.django_db


def started_job(sender: str = "a") -> Any:
    make_event("test.source")
    job = enroll_for(sender=sender)
    assert job is not None
    change(job.id, status="in_progress", sender=sender)
    return job


def moments(pk: Any) -> tuple[datetime | None, datetime | None]:
    return Event.objects.values_list("started_at", "ended_at").get(pk=pk)


def kept(pk: Any) -> list[tuple[Any, ...]]:
    return list(Attempt.objects.filter(event=pk).order_by("left_at").values_list("sender", "status", "description"))


def test_the_row_knows_when_its_attempt_began_and_ended() -> None:
    job = started_job()
    begun = Event.objects.get(pk=job.id)
    assert (begun.started_at, begun.ended_at) == (begun.updated_at, None)
    change(job.id, status="in_progress", description="half of it")
    assert moments(job.id) == (begun.started_at, None)
    change(job.id, status="finished")
    done = Event.objects.get(pk=job.id)
    assert (done.started_at, done.ended_at) == (begun.started_at, done.updated_at)
    change(job.id, status="finished", description="really")
    change(job.id, description="said later")
    assert moments(job.id) == (begun.started_at, done.ended_at)


def test_who_never_says_that_he_has_begun_has_an_end_all_the_same() -> None:
    event = make_event(finished=False)
    change(event.id, status="failed")
    assert moments(event.id) == (None, Event.objects.get(pk=event.id).updated_at)


def test_what_happens_at_once_is_no_attempt() -> None:
    event = make_event()
    change(event.id, description="said later")
    assert moments(event.id) == (None, None)


def test_a_job_that_is_handed_out_again_keeps_how_it_failed() -> None:
    job = started_job()
    change(job.id, status="failed", description="No milk")
    failed = Event.objects.get(pk=job.id)
    enroll_for(sender="b")
    again = Event.objects.get(pk=job.id)
    attempt = Attempt.objects.get(event=job.id)
    assert kept(job.id) == [("a", "failed", "No milk")]
    assert (attempt.started_at, attempt.ended_at) == (failed.started_at, failed.ended_at)
    assert (attempt.left_at, attempt.left_as) == (again.updated_at, "pending")
    assert (again.started_at, again.ended_at) == (None, None)


@pytest.mark.parametrize("status", ["finished", "failed", "aborted", "in_progress"])
def test_a_restart_keeps_what_was_there_once(status: str) -> None:
    job = started_job()
    change(job.id, status=status, description="done")
    change(job.id, status="restarted")
    change(job.id, status="restarted")
    assert kept(job.id) == [("a", status, "done")]
    enroll_for(sender="b")
    assert kept(job.id) == [("a", status, "done")]


def test_a_restart_of_many_keeps_each() -> None:
    jobs = {sender: started_job(sender) for sender in "abc"}
    for sender, job in jobs.items():
        change(job.id, status="failed", description=f"no luck for {sender}")
    operate(Operation(kind="restart", ids=[job.id for job in jobs.values()]))
    assert [kept(job.id) for job in jobs.values()] == [[(each, "failed", f"no luck for {each}")] for each in "abc"]


def test_a_job_that_is_given_back_is_at_its_attempt_again() -> None:
    job = started_job()
    change(job.id, status="failed", description="No milk")
    before = moments(job.id)
    again = enroll_for(sender="gone")
    assert again is not None
    assert again.handover is not None
    give_back([again.handover])
    assert (kept(job.id), moments(job.id)) == ([], before)


def test_what_is_deleted_or_replaced_leaves_nothing() -> None:
    one, other = make_event(finished=False), make_event(hash="same", finished=False)
    for event in (one, other):
        change(event.id, status="failed")
        change(event.id, status="restarted")
    assert Attempt.objects.count() == 2
    delete(one.id)
    dispatch(NewEvent(topic="test.event", hash="same", reuse=True))
    assert Attempt.objects.count() == 0


@pytest.mark.parametrize("status", ["in_progress", "finished", "failed", "aborted"])
def test_a_job_that_goes_its_way_costs_no_query_more(status: str) -> None:
    job = started_job()
    change(job.id, description="the statements are compiled")
    with CaptureQueriesContext(connection) as plain:
        change(job.id, description="later")
    with CaptureQueriesContext(connection) as with_status:
        change(job.id, status=status, description="later")
    assert len(with_status) == len(plain)


def test_of_a_long_description_the_beginning_is_kept() -> None:
    event = make_event(finished=False)
    change(event.id, status="failed", description="x" * 2_000)
    change(event.id, status="restarted")
    assert kept(event.id) == [(None, "failed", "x" * 1_000)]
