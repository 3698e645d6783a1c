import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events.admin import story
from events.models import Attempt, Event
from tests.admin.viewing import Parsed, browser, path_of
from tests.factories import change, enroll_for, make_event

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def told(client: Client, event: Any) -> list[str]:
    """The moments of the timeline, in words, without the times of day."""
    page = client.get(path_of(event)).text
    story = re.search(r'<ol class="story">(.*?)</ol>', page, re.DOTALL)
    assert story
    moments = re.sub(r'<span class="story-time">.*?</span>', "", story[1])
    return [" ".join(Parsed(each).text.split()) for each in re.findall(r"<li.*?>(.*?)</li>", moments, re.DOTALL)]


def job_at_noon(**later: int) -> Event:
    """A job made at noon; its other moments are given in seconds after that."""
    source = make_event("test.source")
    job = make_event("test.job", depends_on=source.id, finished=False)
    Event.objects.filter(pk=source.pk).update(created_at=NOON, updated_at=NOON)
    moments = {name: NOON + timedelta(seconds=seconds) for name, seconds in later.items()}
    Event.objects.filter(pk=job.pk).update(created_at=NOON, **moments)
    return job


def test_a_job_was_dispatched_waited_started_and_ended(client: Client) -> None:
    job = job_at_noon(started_at=65, ended_at=70, updated_at=70)
    Event.objects.filter(pk=job.pk).update(status="finished", sender="rn-07")
    assert told(client, job) == [
        "test.source was dispatched",
        "after 0.0 s Created as a job by server",
        "waited 1 min 5 s Started",
        "took 5.0 s Ended by rn-07 Finished",
    ]


def test_each_attempt_is_told_with_its_end_and_its_words(client: Client) -> None:
    make_event("test.source")
    job = enroll_for(sender="a", description="Brew")
    assert job is not None
    for sender, words in (("a", "No milk"), ("b", "No beans")):
        change(job.id, status="in_progress", sender=sender)
        change(job.id, status="failed", description=words, sender=sender)
        enroll_for(sender="b")
    change(job.id, status="in_progress", sender="b")
    change(job.id, status="aborted", sender="boss")
    change(job.id, status="restarted", sender="boss")
    moments = [re.sub(r"\d+\.\d s ", "", each) for each in told(client, job)]
    assert moments[1:-1] == [
        "after Created as a job by server",
        "waited Started",
        "took Ended by a Failed No milk",
        "after Handed out again",
        "waited Started",
        "took Ended by b Failed No beans",
        "after Handed out again",
        "waited Started",
        "took Ended by boss Aborted Restarting failed event",
        "after Restarted",
    ]
    assert moments[-1].startswith("Waiting for ")
    assert "3 attempts" in client.get(path_of(job)).text


def test_a_change_after_the_end_is_told_as_such(client: Client) -> None:
    job = job_at_noon(ended_at=10, updated_at=20)
    Event.objects.filter(pk=job.pk).update(status="failed", sender="rn-07")
    assert told(client, job)[2:] == ["after 10.0 s Ended by rn-07 Failed", "after 10.0 s Changed last by rn-07"]


def test_of_many_attempts_the_latest_are_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "ATTEMPTS", 2)
    event = make_event(finished=False)
    for number in range(5):
        moment = NOON + timedelta(minutes=number)
        facts = {"status": "failed", "description": f"try {number}", "left_as": "pending"}
        Attempt.objects.create(event=event, ended_at=moment, left_at=moment, **facts)
    page = client.get(path_of(event)).text
    assert re.findall(r"try \d", page) == ["try 3", "try 4"]
    assert "There were more attempts, before these." in page


@pytest.mark.parametrize(("status", "said"), [("in_progress", "Running"), ("restarted", "Waiting"), ("aborted", "")])
def test_what_is_not_settled_says_for_how_long(client: Client, status: str, said: str) -> None:
    event = make_event()
    change(event.id, status=status)
    page = client.get(path_of(event)).text
    assert re.findall(r"(Running|Waiting) for \d+\.\d s", page) == [said] * 2 * bool(said)


def test_what_is_in_progress_says_who_is_at_it(client: Client) -> None:
    event = make_event(finished=False)
    change(event.id, status="in_progress", sender="rn-07")
    assert told(client, event)[1].endswith("Started by rn-07")
    change(event.id, description="half of it", sender="rn-08")
    moments = told(client, event)
    assert [moments[1].partition(" s ")[2], moments[2].partition(" s ")[2]] == ["Started", "Changed last by rn-08"]
    change(event.id, status="restarted")
    assert told(client, event)[2].endswith("Restarted while in progress by rn-08")
