"""What the overview tells of jobs that wait, run or have failed."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client

from events import catalogue
from events.admin import workload
from events.admin.workload import Backlog, Queue, backlog_of
from events.models import Event
from events.queryset import EventQuerySet
from tests.admin.viewing import browser
from tests.factories import aged, make_event, make_job


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def everything() -> EventQuerySet:
    return Event.objects.all()


def test_jobs_are_counted_by_target_topic(db: None) -> None:
    for status in ("pending", "restarted", "in_progress", "failed", "failed", "finished", "aborted"):
        make_job(status)
    make_job("in_progress", "test.other")
    make_event("test.no_job", finished=False)
    first, second = backlog_of(everything()).queues
    assert (first.topic, first.waiting, first.running, first.failed) == ("test.job", 2, 1, 2)
    assert (second.topic, second.waiting, second.running, second.failed) == ("test.other", 0, 1, 0)


def test_topics_come_by_their_failures_and_then_by_the_longest_wait(db: None) -> None:
    for topic, hours in (("new", 0), ("new", 0), ("old", 2)):
        aged(make_job("pending", f"test.{topic}"), timedelta(hours=hours))
    make_job("failed", "test.bad")
    make_job("in_progress", "test.busy")
    assert [queue.topic for queue in backlog_of(everything()).queues] == [
        "test.bad",
        "test.old",
        "test.new",
        "test.busy",
    ]


def test_the_oldest_waiting_job_is_named(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "MOST", 2)
    jobs = [make_job("pending") for _ in range(3)]
    aged(jobs[0], timedelta(hours=2))
    (queue,) = backlog_of(everything()).queues
    assert (queue.oldest, queue.waits, queue.waiting) == (jobs[0], "2 h", 2)


def test_events_that_are_no_jobs_hide_no_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "MOST", 2)
    for topic in ("test.bulk", "test.late"):
        for _ in range(3):
            make_event(topic, finished=False)
    first = make_job("pending", "test.late")
    make_job("restarted", "test.late")
    backlog = backlog_of(everything())
    (queue,) = backlog.queues
    assert (queue.topic, queue.waiting, queue.oldest, queue.has_more_waiting) == ("test.late", 2, first, False)
    assert (backlog.waiting, backlog.has_more_waiting) == (2, False)


def test_where_counting_ends_early_the_page_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "MOST", 2)
    for status, topic, count in (("pending", "many", 3), ("in_progress", "busy", 3), ("pending", "few", 2)):
        jobs = [make_job(status, f"test.{topic}") for _ in range(count)]
        aged(jobs[0], timedelta(hours=2))
    page = client.get("/admin/").text
    assert re.findall(r'tile-number">(.*?)<', page)[2:] == ["4+", "2+", "0"]
    queues = re.findall(
        r'relation=job">(test.\w+)</a>.*?waiting">(.*?)<.*?running">(.*?)<.*?oldest">(.*?)</td>', page, re.DOTALL
    )
    assert {(topic, waiting, running) for topic, waiting, running, _ in queues} == {
        ("test.many", "2+", ""),
        ("test.few", "2", ""),
        ("test.busy", "", "2+"),
    }
    assert [("2 h" in oldest) for *_, oldest in queues] == [True, True, False]


def test_more_topics_than_are_looked_up_are_told(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MOST", 2)
    for number in range(3):
        make_job("pending", f"test.job{number}")
    backlog = backlog_of(everything())
    assert (backlog.waiting, backlog.has_more_waiting, backlog.has_more_running) == (2, True, True)


def test_for_who_may_read_few_the_bound_is_where_it_is_for_everybody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "MOST", 2)
    source = make_event("test.source").id
    projects = ("beta", "alpha", "beta")
    jobs = [make_event("test.job", depends_on=source, finished=False, project=project) for project in projects]
    (queue,) = backlog_of(everything().filter(project="alpha")).queues
    assert (queue.waiting, queue.oldest, queue.has_more_waiting) == (1, jobs[1], True)


def test_thousands_are_told_apart() -> None:
    queue = Queue(topic="test.job", waiting=1_234, running=999)
    counts = {"total": 980_000, "failed": 1_000}, Backlog(queues=[queue], has_more_topics=False)
    page = render_to_string("admin/overview/_tiles.html", dict(zip(("traffic", "backlog"), counts, strict=True)))
    assert re.findall(r'tile-number">(.*?)<', page) == ["980,000", "1,000", "1,234", "999", "0"]
