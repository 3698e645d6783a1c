"""What the overview tells of failures."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.admin import failures
from events.admin.failures import failures_of
from events.models import Event
from events.queryset import EventQuerySet
from tests.admin.viewing import browser, path_of
from tests.factories import change, make_event, make_job


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def everything() -> EventQuerySet:
    return Event.objects.all()


def test_failures_that_say_the_same_of_one_topic_are_one_line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "OF_TOPIC", 2)
    make_job("failed", "test.rare", description="Disk full")
    said = ["no frame 4", "no licence", "odd", "no frame 12", "no frame 5", "odd"]
    jobs = [make_job("failed", description=each) for each in said]
    found = failures_of(everything())
    assert [(each.latest.event.description, each.count) for each in found] == [
        ("odd", 2),
        ("no frame 5", 3),
        ("Disk full", 1),
    ]
    assert found[1].latest.url == path_of(jobs[4])


def test_a_burst_of_failures_on_one_topic_hides_no_other(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "LOOKED_AT", 9)
    monkeypatch.setattr(failures, "LINES", 4)
    for number in range(2):
        make_job("failed", "test.rare", description=f"Disk {number} full")
    change(make_event("test.no_job").id, status="failed")
    for number in range(5):
        make_job("failed", "test.burst", description="abcde"[number])
    found = failures_of(everything())
    assert [(each.latest.event.topic, each.count, each.has_more) for each in found] == [
        ("test.burst", 1, True),
        ("test.burst", 1, True),
        ("test.no_job", 1, False),
        ("test.rare", 2, False),
    ]
    assert re.findall("(\\d\\+?) \N{MULTIPLICATION SIGN}", client.get("/admin/").text) == ["1+", "1+", "2"]


def test_topics_that_failed_last_are_looked_at(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "TOPICS", 2)
    for topic in ("test.b", "test.c", "test.a", "test.b"):
        make_job("failed", topic)
    found = failures_of(everything())
    assert [(each.latest.event.topic, each.count) for each in found] == [("test.b", 2), ("test.a", 1)]
