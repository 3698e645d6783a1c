"""Jobs whose holder never heard of them."""

from collections.abc import Callable
from typing import Any

import pytest

from events import glance
from events.delete import delete
from events.enroll import Job
from events.handover import give_back
from events.models import Event
from tests.conftest import Publishing
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db


def give(job: Job | None) -> None:
    assert job is not None
    assert job.handover is not None
    give_back([job.handover])


def facts(job: Job | None) -> tuple[Any, ...]:
    assert job is not None
    return Event.objects.values_list("status", "retries", "description", "user", "sender", "sender_type").get(pk=job.id)


def test_a_new_job_that_is_given_back_is_the_first_to_be_handed_out(publishing: Publishing) -> None:
    first, second = make_event("test.source"), make_event("test.source")
    job = enroll_for(sender="gone", sequential=True)
    with publishing() as messages:
        give(job)
    assert [(each.event["id"], each.event["status"]) for each in messages] == [(job and job.id.hex, "restarted")]
    assert facts(job)[4:] == (None, None)
    again = enroll_for(sender="b", sequential=True)
    assert (source_of(again), again and again.id, facts(again)[:2]) == (first.id.hex, job and job.id, ("pending", 0))
    assert enroll_for(sender="c", sequential=True) is None
    assert Event.objects.filter(depends_on=second).count() == 0


def test_a_failed_job_that_is_given_back_is_as_it_was() -> None:
    make_event("test.source")
    job = enroll_for(sender="a", sender_type="worker")
    assert job is not None
    change(job.id, status="failed", description="No milk")
    before = facts(job)
    again = enroll_for(sender="gone", max_retries=1)
    assert facts(again)[:2] == ("pending", 1)
    give(again)
    assert facts(job) == before
    assert facts(enroll_for(sender="b", max_retries=1))[:2] == ("pending", 1)


def test_a_restarted_job_that_is_given_back_is_restarted() -> None:
    make_event("test.source")
    job = enroll_for(max_retries=0)
    assert job is not None
    change(job.id, status="restarted")
    give(enroll_for(sender="gone", max_retries=0))
    assert facts(job)[0] == "restarted"


def ask_again(job: Job) -> None:
    assert enroll_for(sender="a") == Job(id=job.id, depends_on=job.depends_on, hash=job.hash, status="pending")


HAPPENINGS: list[Callable[[Job], object]] = [
    ask_again,
    lambda job: change(job.id, status="in_progress"),
    lambda job: change(job.id, description="Begun"),
    lambda job: change(job.id, status="finished"),
]


@pytest.mark.parametrize("happens", HAPPENINGS, ids=["asked again", "begun", "described", "finished"])
def test_a_job_that_its_holder_knows_of_is_not_given_back(
    publishing: Publishing, happens: Callable[[Job], object]
) -> None:
    make_event("test.source")
    job = enroll_for(sender="a")
    assert job is not None
    happens(job)
    before = facts(job)
    with publishing() as messages:
        give(job)
    assert (facts(job), messages) == (before, [])
    assert enroll_for(sender="b") is None


def test_a_job_that_is_gone_is_not_given_back() -> None:
    source = make_event("test.source")
    job = enroll_for()
    delete(source.id, cascade=True)
    give(job)
    assert Event.objects.count() == 0


def test_who_asks_for_a_job_that_was_just_given_back_takes_it_over() -> None:
    make_event("test.source")
    job = enroll_for(sender="a")
    give(job)
    again = enroll_for(sender="a")
    assert again is not None
    assert job is not None
    assert (again.id, again.handover is not None) == (job.id, True)


@pytest.mark.parametrize("is_begun", [False, True])
def test_what_was_given_to_another_between_glance_and_answer_is_not_ones_own(
    monkeypatch: pytest.MonkeyPatch, is_begun: bool
) -> None:
    make_event("test.source")
    job = enroll_for(sender="reborn")  # whose first life did not hear of it
    look = glance.look

    def look_and_lose_it(*kind: Any, **values: Any) -> Any:
        seen = look(*kind, **values)
        monkeypatch.setattr(glance, "look", look)
        give(job)
        taken = enroll_for(sender="other")
        assert job is not None
        assert taken is not None
        assert taken.id == job.id
        if is_begun:
            change(job.id, status="in_progress")
        return seen

    monkeypatch.setattr(glance, "look", look_and_lose_it)
    assert enroll_for(sender="reborn") is None
    assert facts(job)[4] == "other"
