"""What a job is."""

import pytest

from events.actor import Actor
from events.enroll import enroll
from events.hashing import job_hash
from events.models import Event
from tests.conftest import Publishing
from tests.factories import change, enroll_for, make_event, make_request, source_of

pytestmark = pytest.mark.django_db
WORKER = Actor(name="coffee", is_service=True)


def test_a_job_is_a_pending_event_that_depends_on_its_source() -> None:
    source = make_event("test.source", project="alpha", user="bob", sender="tab", payload={"n": 1})
    job = enroll(make_request(sender="a", sender_type="worker"), WORKER)
    event = Event.objects.get(topic="test.job")
    assert job is not None
    assert (job.id, job.depends_on, job.hash, job.status) == (event.id, source.id, event.hash, "pending")
    assert (event.depends_on_id, event.status, event.retries) == (source.id, "pending", 0)
    assert (event.user, event.sender, event.sender_type) == ("coffee", "a", "worker")
    assert (event.summary, event.payload) == ({}, {})


@pytest.mark.parametrize("project", ["alpha", None])
def test_a_job_gets_the_project_of_its_source(project: str | None) -> None:
    make_event("test.source", project=project)
    enroll_for()
    assert Event.objects.get(topic="test.job").project == project


def test_the_hash_of_a_job_is_made_of_target_and_source() -> None:
    source = make_event("test.source")
    job = enroll_for()
    assert job is not None
    assert job.hash == job_hash("test.job", source.id)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Brew coffee", "Brew coffee"),
        (None, "Convert from test.source to test.job"),
        ("", "Convert from test.source to test.job"),
    ],
)
def test_the_description_of_a_job(given: str | None, expected: str) -> None:
    make_event("test.source")
    enroll_for("test.*", description=given)
    assert Event.objects.get(topic="test.job").description == expected


def test_a_new_job_is_published(publishing: Publishing) -> None:
    make_event("test.source", project="alpha")
    with publishing() as messages:
        job = enroll_for()
    assert job is not None
    told = [(each.event["id"], each.event["status"], each.event["progress"], each.event["store"]) for each in messages]
    assert told == [(job.id.hex, "pending", 0.0, True)]
    assert (messages[0].topic, messages[0].project, messages[0].is_update) == ("test.job", "alpha", False)


@pytest.mark.parametrize("status", ["finished", "aborted"])
def test_a_job_that_was_dispatched_by_hand_counts(status: str) -> None:
    source = make_event("test.source")
    made = make_event("test.job", depends_on=source.id, finished=False)
    change(made.id, status=status)
    assert enroll_for() is None


def test_a_failed_job_that_was_dispatched_by_hand_is_handed_out() -> None:
    source = make_event("test.source")
    made = make_event("test.job", depends_on=source.id, finished=False)
    change(made.id, status="failed")
    job = enroll_for()
    assert (job and job.id, source_of(job)) == (made.id, source.id.hex)


def test_an_event_on_the_target_topic_that_depends_on_nothing_is_no_job() -> None:
    made = make_event("test.job", finished=False, sender="a")
    assert enroll_for() is None
    change(made.id, status="failed")
    assert enroll_for() is None


def test_a_source_has_one_job_on_each_target() -> None:
    source = make_event("test.source")
    jobs = [enroll_for(target_topic=target) for target in ("test.one", "test.two", "test.one")]
    assert [source_of(job) for job in jobs] == [source.id.hex] * 3
    assert Event.objects.filter(depends_on=source.id).count() == 2


def test_a_hash_that_is_taken_by_something_else_holds_up_no_other_source() -> None:
    blocked, source = make_event("test.source"), make_event("test.source")
    make_event("test.note", hash=job_hash("test.job", blocked.id))
    assert source_of(enroll_for()) == source.id.hex
