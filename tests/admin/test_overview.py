import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events import update_event
from events.admin import workload
from events.admin.chart import window_named
from events.admin.overview import traffic_of
from events.admin.workload import work_of
from events.models import Event
from events.queryset import EventQuerySet
from tests.admin.viewing import LIST, Parsed, browser, path_of, viewer
from tests.factories import aged, make_event, make_job

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def everything() -> EventQuerySet:
    return Event.objects.all()


@pytest.mark.parametrize(("name", "count"), [("1h", 1), ("24h", 2), ("7d", 3)])
def test_traffic_is_counted_in_the_window(db: None, name: str, count: int) -> None:
    for age in (timedelta(minutes=5), timedelta(hours=5), timedelta(days=5), timedelta(days=9)):
        aged(make_event(), age)
    traffic = traffic_of(everything(), window_named(name))
    assert (traffic.total, traffic.failed, traffic.is_cut) == (count, 0, False)
    assert sum(bar.total for bar in traffic.chart.bars) == count


def test_a_bar_stands_for_its_minutes(db: None) -> None:
    events = [make_event() for _ in range(4)]
    for event in events[:3]:
        aged(event, timedelta(minutes=30))
    update_event(events[0].id, status="failed")
    bars = [bar for bar in traffic_of(everything(), window_named("1h")).chart.bars if bar.total]
    assert [(bar.total, bar.failed, bar.height) for bar in bars] == [(3, 1, 100.0), (1, 0, 57.7)]
    assert bars[1].x - bars[0].x == 30
    assert bars[0].label == f"{timezone.now() - timedelta(minutes=30):%Y-%m-%d %H:%M} UTC"


def test_busiest_topics_come_first(db: None) -> None:
    for topic, count in (("test.few", 1), ("test.many", 4)):
        for _ in range(count):
            make_event(topic)
    lines = traffic_of(everything(), window_named("24h")).topics
    assert [(line.topic, line.count, line.share) for line in lines] == [("test.many", 4, 100), ("test.few", 1, 25)]


def test_a_column_of_failures_is_there_when_there_are_any(people: dict[str, User]) -> None:
    event = make_event("test.event")
    assert "Failed</th>" not in busiest(browser(people["admin"]))
    update_event(event.id, status="failed")
    assert "Failed</th>" in busiest(browser(people["admin"]))


def busiest(client: Client) -> str:
    return client.get("/admin/").text.split('id="part-busiest"')[1].split("</section>")[0]


def test_senders_are_listed_with_what_they_did_last(db: None) -> None:
    make_event("test.one", sender="rn-01", sender_type="farm")
    make_event("test.two", sender="rn-01")
    make_event("test.one", sender="rn-02")
    make_event("test.one")
    workers = work_of(everything()).workers
    assert [(worker.sender, worker.topics) for worker in workers] == [
        ("rn-02", ["test.one"]),
        ("rn-01", ["test.two", "test.one"]),
    ]


def test_an_operator_who_restarts_a_job_does_not_let_its_worker_be_seen(db: None) -> None:
    job = make_job("failed", sender="rn-01")
    aged(job, timedelta(hours=2))
    update_event(job.id, status="restarted")
    (worker,) = work_of(everything()).workers
    assert timezone.now() - worker.last > timedelta(hours=1)


def test_the_slowest_jobs_are_those_with_the_highest_median(db: None) -> None:
    for topic, seconds in (("test.quick", (1, 2, 90)), ("test.slow", (60, 61, 62))):
        for length in seconds:
            job = make_job("finished", topic)
            Event.objects.filter(pk=job.pk).update(created_at=job.updated_at - timedelta(seconds=length))
    paces = work_of(everything()).slowest
    assert [(pace.topic, pace.typical, pace.longest, pace.count) for pace in paces] == [
        ("test.slow", "1 min 1 s", "1 min 2 s", 3),
        ("test.quick", "2.0 s", "1 min 30 s", 3),
    ]


def test_what_was_dispatched_as_finished_is_no_job_that_took_time(db: None) -> None:
    make_event("test.child", depends_on=make_event("test.source").id)
    assert work_of(everything()).slowest == []


def test_a_burst_on_one_topic_hides_no_sender_and_no_job(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workload, "RECENT", 2)
    make_job("finished", "test.rare", sender="rn-01")
    for _ in range(4):
        make_event("test.burst", sender="tab")
    work = work_of(everything())
    assert [worker.sender for worker in work.workers] == ["tab", "rn-01"]
    assert [pace.topic for pace in work.slowest] == ["test.rare"]


def test_the_page_links_numbers_to_the_events_behind_them(client: Client) -> None:
    job = make_job("pending")
    page = client.get("/admin/").text
    assert f'href="{path_of(job)}"' in page
    for address in re.findall(rf'href="({LIST}\?[^"]*)"', page):
        answer = client.get(address.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer.context["cl"].is_narrowed()


def test_an_empty_server_says_so(client: Client) -> None:
    page = Parsed(client.get("/admin/?window=1h").text)
    for words in ("No events in this period.", "No job is waiting, running or failed.", "No job has finished lately."):
        assert words in page.text
    assert page.refused == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("window=99d", "window: expected 1h or 24h or 7d, got 99d"),
        ("window=24H", "window: expected 1h or 24h or 7d, got 24H"),
        ("window=", "window: expected 1h or 24h or 7d, got nothing"),
        ("window=1h&window=7d", "window: expected one value, got 2"),
        ("foo=1", "foo: expected a parameter of the overview (window)"),
        ("window=1h&topic=test.*", "topic: expected a parameter of the overview (window)"),
        ("%3Cb%3E%E2%80%AE=1", "<b>\\u202e: expected a parameter of the overview (window)"),
    ],
)
def test_an_address_that_is_not_understood_shows_nothing_and_says_why(client: Client, query: str, problem: str) -> None:
    make_event("test.event")
    answer = client.get(f"/admin/?{query}")
    page = Parsed(answer.text)
    assert answer.status_code == 400
    assert "This address is not understood" in page.text
    assert problem in page.text
    assert "test.event" not in page.text
    assert page.refused == []


def test_hostile_texts_are_shown_as_texts(client: Client) -> None:
    make_event(sender=HOSTILE, sender_type=HOSTILE[:20])
    page = Parsed(client.get("/admin/").text)
    assert HOSTILE in page.text
    assert [each for each in page.refused if not each.startswith(LIST)] == []


def test_only_what_somebody_may_read_is_counted(people: dict[str, User]) -> None:
    make_event("test.own", project="alpha", sender="own")
    make_event("test.hidden_one", project="beta", sender="hidden-one")
    page = viewer(people["artist"]).get("/admin/").text
    assert "test.own" in page
    assert not re.search("hidden.one", page)


def test_staff_without_the_permission_to_view_sees_nothing(people: dict[str, User]) -> None:
    make_event("test.secret")
    people["artist"].is_staff = True
    people["artist"].save()
    page = browser(people["artist"]).get("/admin/").text
    assert "Nothing here is open to you." in page
    assert "test.secret" not in page


def test_the_overview_takes_the_same_queries_whatever_there_is(client: Client, django_assert_num_queries: Any) -> None:
    for status in ("pending", "restarted", "in_progress", "failed", "finished"):
        make_job(status, sender="rn-01")
    # Session, user, groups, grants, policies; who is connected; the bound, the traffic; failed jobs; the topics with
    # running jobs, those with waiting ones, both counted, the oldest; the topics, where their latest changes begin,
    # their places, and those; the topics of failures, where theirs begin, those, and the shown.
    with django_assert_num_queries(22):
        client.get("/admin/")
