"""Who gets which job."""

import pytest

from events.actor import Actor
from events.enroll import enroll
from events.errors import Forbidden
from events.models import Consumer, Event
from tests.conftest import Publishing
from tests.factories import change, enroll_for, make_event, make_request, source_of

pytestmark = pytest.mark.django_db


def test_without_a_source_there_is_nothing_to_do(publishing: Publishing) -> None:
    make_event("test.other")
    with publishing() as messages:
        assert enroll_for() is None
    assert (Event.objects.count(), messages) == (1, [])


def test_sources_are_handed_out_in_the_order_of_changes() -> None:
    first, second, third = (make_event("test.source") for _ in range(3))
    change(first.id, description="changed")
    handed_out = [source_of(enroll_for(sender=sender)) for sender in "abcd"]
    assert handed_out == [second.id.hex, third.id.hex, first.id.hex, None]


@pytest.mark.parametrize("status", ["pending", "in_progress"])
@pytest.mark.parametrize("sender", ["a", None])
def test_a_sender_gets_its_unfinished_job_again(publishing: Publishing, status: str, sender: str | None) -> None:
    make_event("test.source")
    make_event("test.source")
    job = enroll_for(sender=sender)
    assert job is not None
    change(job.id, status=status)
    with publishing() as messages:
        again = enroll_for(sender=sender)
    assert again is not None
    assert (again.id, again.depends_on, again.hash, again.status) == (job.id, job.depends_on, job.hash, status)
    assert messages == []


@pytest.mark.parametrize("status", ["finished", "aborted"])
def test_a_settled_job_is_not_handed_out_again(status: str) -> None:
    make_event("test.source")
    job = enroll_for()
    assert job is not None
    change(job.id, status=status)
    assert enroll_for() is None
    assert enroll_for(sequential=True) is None


def test_another_sender_gets_the_next_source() -> None:
    first, second = make_event("test.source"), make_event("test.source")
    assert source_of(enroll_for(sender="a")) == first.id.hex
    assert source_of(enroll_for(sender="b")) == second.id.hex
    assert enroll_for(sender="c") is None


@pytest.mark.parametrize("status", ["pending", "in_progress"])
def test_in_sequence_another_sender_waits(status: str) -> None:
    first, second = make_event("test.source"), make_event("test.source")
    job = enroll_for(sender="a", sequential=True)
    assert source_of(job) == first.id.hex
    assert job is not None
    change(job.id, status=status)
    assert enroll_for(sender="b", sequential=True) is None
    assert source_of(enroll_for(sender="a", sequential=True)) == first.id.hex
    change(job.id, status="finished")
    assert source_of(enroll_for(sender="b", sequential=True)) == second.id.hex


def test_in_sequence_an_aborted_job_holds_nobody_up() -> None:
    make_event("test.source")
    second = make_event("test.source")
    job = enroll_for(sender="a", sequential=True)
    assert job is not None
    change(job.id, status="aborted")
    assert source_of(enroll_for(sender="b", sequential=True)) == second.id.hex


def test_in_sequence_a_job_of_other_sources_holds_nobody_up() -> None:
    make_event("test.other")
    source = make_event("test.source")
    assert enroll_for("test.other", sender="a", sequential=True) is not None
    assert source_of(enroll_for(sender="b", sequential=True)) == source.id.hex


@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_a_failed_job_is_handed_out_again_as_often_as_asked(max_retries: int) -> None:
    make_event("test.source")
    retries = []
    while job := enroll_for(max_retries=max_retries):
        event = Event.objects.get(pk=job.id)
        retries.append((event.retries, event.status, job.status))
        change(job.id, status="failed")
    assert retries == [(number, "pending", "pending") for number in range(max_retries + 1)]
    assert Event.objects.filter(topic="test.job").count() == 1


def test_three_retries_are_the_default() -> None:
    assert make_request().max_retries == 3


def test_who_takes_a_failed_job_over_is_named(publishing: Publishing) -> None:
    make_event("test.source")
    job = enroll_for(sender="a", sender_type="one", description="Brew")
    assert job is not None
    change(job.id, status="failed")
    with publishing() as messages:
        again = enroll(
            make_request(sender="b", sender_type="two", description="Brew"), Actor(name="x", is_service=True)
        )
    event = Event.objects.get(pk=job.id)
    assert (again and again.id, event.user, event.sender, event.sender_type) == (job.id, "x", "b", "two")
    assert event.description == "Restarting failed event"
    assert [(each.is_update, each.event["status"]) for each in messages] == [(True, "pending")]


@pytest.mark.parametrize("sender", ["a", "b"])
def test_a_restarted_job_is_handed_out_whatever_its_retries(sender: str) -> None:
    make_event("test.source")
    job = enroll_for()
    assert job is not None
    change(job.id, status="restarted", retries=9)
    again = enroll_for(sender=sender)
    assert (again and again.id, again and again.status) == (job.id, "pending")
    assert Event.objects.get(pk=job.id).retries == 9


def test_jobs_to_repeat_come_before_new_ones_and_the_oldest_first() -> None:
    make_event("test.source")
    make_event("test.source")
    first, second = enroll_for(sender="a"), enroll_for(sender="b")
    assert first is not None
    assert second is not None
    new = make_event("test.source")
    change(second.id, status="failed")
    change(first.id, status="restarted")
    handed_out = [source_of(enroll_for(sender=sender)) for sender in "cde"]
    assert handed_out == [first.depends_on.hex, second.depends_on.hex, new.id.hex]


def test_a_deleted_consumer_begins_anew_and_repeats_nothing() -> None:
    make_event("test.source")
    job = enroll_for()
    assert job is not None
    change(job.id, status="finished")
    assert enroll_for() is None
    Consumer.objects.all().delete()
    assert enroll_for() is None


def test_only_services_enroll(publishing: Publishing) -> None:
    make_event("test.source")
    with publishing() as messages, pytest.raises(Forbidden, match="Only services can enroll for jobs"):
        enroll(make_request(), Actor(name="admin", is_admin=True))
    assert (Event.objects.count(), Consumer.objects.count(), messages) == (1, 0, [])
