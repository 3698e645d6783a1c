"""Workers, dispatchers and the database at the same time."""

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection

from events import dispatch_event
from events.enroll import Job
from events.errors import HashConflict
from events.hashing import job_hash
from events.models import Event
from tests.factories import change, enroll_for, make_event, source_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(count: int, work: Callable[[int], object]) -> None:
    """Do the work in so many threads that start together; raise what one of them raises."""
    start = threading.Barrier(count)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(10)
            work(number)
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    if failures:
        raise failures[0]


def test_eight_workers_claim_each_of_a_hundred_sources_once() -> None:
    sources = [make_event("test.source").id for _ in range(100)]
    claimed: list[Job] = []

    def work(number: int) -> None:
        while Event.objects.filter(topic="test.job", status="finished").count() < 100:
            if job := enroll_for(sender=f"worker {number}"):
                claimed.append(job)
                change(job.id, status="in_progress")
                change(job.id, status="finished")

    at_once(8, work)
    assert Counter(job.depends_on for job in claimed) == Counter(sources)
    assert Event.objects.filter(topic="test.job", status="finished").count() == 100
    assert Event.objects.filter(topic="test.job").count() == 100


def test_a_failed_job_is_taken_over_by_one_worker() -> None:
    for _ in range(10):
        make_event("test.source")
        job = enroll_for(max_retries=0)
        assert job is not None
        change(job.id, status="failed")
    claimed: list[Job] = []

    def work(number: int) -> None:
        polls = (enroll_for(sender=f"worker {number}, {attempt}") for attempt in range(10))
        claimed.extend(job for job in polls if job)

    at_once(4, work)
    jobs = Event.objects.filter(topic="test.job")
    assert Counter(job.id for job in claimed) == Counter(jobs.values_list("pk", flat=True))
    assert set(jobs.values_list("retries", "status")) == {(1, "pending")}


ALIKE = [("test.source",)]
OVERLAPPING = [("test.source",), ("test.*",)]


@pytest.mark.parametrize("asked_for", [ALIKE, OVERLAPPING], ids=["alike", "overlapping"])
def test_in_sequence_there_are_never_two_open_jobs(asked_for: list[tuple[str, ...]]) -> None:
    for _ in range(20):
        make_event("test.source")
    open_jobs: list[int] = []

    def work(number: int) -> None:
        topics = asked_for[number % len(asked_for)]
        while Event.objects.filter(topic="test.job", status="finished").count() < 20:
            if job := enroll_for(*topics, sender=f"worker {number}", sequential=True):
                open_jobs.append(Event.objects.filter(topic="test.job", status="pending").count())
                change(job.id, status="finished")

    at_once(4, work)
    assert open_jobs == [1] * 20


def test_of_two_dispatchers_with_one_hash_one_is_told_of_the_other() -> None:
    told: list[tuple[str, str]] = []

    def work(number: int) -> None:
        for each in range(20):
            try:
                told.append((f"h{each}", dispatch_event("test.event", hash=f"h{each}")))
            except HashConflict as conflict:
                told.append((f"h{each}", str(conflict.details["id"])))

    at_once(2, work)
    stored = {event.hash: event.id.hex for event in Event.objects.all()}
    assert sorted(told) == sorted(list(stored.items()) * 2)
    assert len(stored) == 20


def test_the_first_poll_of_its_kind_may_find_a_hash_taken() -> None:
    blocked, source = make_event("test.source"), make_event("test.source")
    make_event("test.note", hash=job_hash("test.first.poll", blocked.id))
    assert source_of(enroll_for(target_topic="test.first.poll")) == source.id.hex
