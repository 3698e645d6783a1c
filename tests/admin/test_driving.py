"""Who carries a run on: one page at a time, until nothing is heard of it any more."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events import operations
from events.actor import Actor
from events.admin import run as runs_as_told
from events.admin import runs
from events.models import Event
from events.update import update
from tests.admin.operating import make_job, states, words
from tests.admin.test_operators import operator
from tests.admin.test_runs import FAILED, begun, stepped, the_record
from tests.admin.viewing import browser


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


@pytest.fixture
def run(client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """A run of five jobs, two at a time."""
    monkeypatch.setattr("events.operations.BATCH", 2)
    monkeypatch.setattr(runs, "STEP", -1)
    for _ in range(5):
        make_job()
    return begun(client, FAILED)


def heard_of_last(ago: timedelta) -> None:
    Event.objects.filter(topic="operation.run").update(updated_at=timezone.now() - ago)


LONG_AGO = 2 * runs_as_told.HALTED_AFTER
SOON = -LONG_AGO
"""Still to come, however slow the test is."""


def looked_at(client: Client, run: str) -> dict[str, Any]:
    said: dict[str, Any] = client.get(run, headers={"Accept": "application/json"}).json()
    return said


def test_a_second_page_does_nothing_while_the_first_carries_the_run_on(client: Client, run: str) -> None:
    first = stepped(client, run, driver="first", **{"continue": "yes"})
    assert (first["isYours"], first["affected"]) == (True, 2)
    heard_of_last(SOON)
    second = stepped(client, run, driver="second", **{"continue": "yes"})
    assert (second["isYours"], second["isHalted"], second["affected"]) == (False, False, 2)
    assert states() == {"restarted": 2, "failed": 3}


def test_a_page_takes_over_when_nothing_is_heard_of_the_run(client: Client, run: str) -> None:
    stepped(client, run, driver="first")
    heard_of_last(LONG_AGO)
    assert stepped(client, run, driver="second")["affected"] == 4
    heard_of_last(SOON)
    assert not stepped(client, run, driver="first")["isYours"]
    assert states() == {"restarted": 4, "failed": 1}


def test_who_looks_is_told_how_the_run_stands_and_changes_nothing(client: Client, run: str) -> None:
    assert looked_at(client, run)["isHalted"]
    stepped(client, run, driver="first")
    said = looked_at(client, run)
    assert (said["isOver"], said["affected"], said["total"], said["isCounted"]) == (False, 2, 5, True)
    for ago, is_halted in ((SOON, False), (LONG_AGO, True)):
        heard_of_last(ago)
        assert looked_at(client, run)["isHalted"] == is_halted
    assert states() == {"restarted": 2, "failed": 3}


def test_the_page_tells_by_whom_it_goes_on_or_that_nobody_does(
    client: Client, people: dict[str, User], run: str
) -> None:
    other = operator(people["manager"])
    stepped(client, run, driver="first")
    hidden = "data-{} hidden>"
    for ago, shown, not_shown in ((SOON, "elsewhere", "halted"), (LONG_AGO, "halted", "elsewhere")):
        heard_of_last(ago)
        for each in (client, other):
            page = each.get(run).text
            assert hidden.format(not_shown) in page
            assert hidden.format(shown) not in page
    assert "It goes on in another tab or window of yours." in words(client.get(run).text)
    assert "It goes on in the browser of admin." in words(other.get(run).text)
    assert "Nobody is working on it. Only admin can continue it." in words(other.get(run).text)
    assert 'name="continue"' not in other.get(run).text


def test_a_stop_takes_effect_before_the_next_batch(
    client: Client, people: dict[str, User], run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "STEP", 3600)

    def stopped_meanwhile(*given: Any, **more: Any) -> None:
        update(*given, **more)
        runs.stop(runs.find(the_record().pk), Actor(name="marta"))

    monkeypatch.setattr(operations, "update", stopped_meanwhile)
    assert stepped(client, run, driver="first")["isOver"]
    assert states() == {"restarted": 2, "failed": 3}
    assert "2 of 5 events restarted before marta stopped it." in words(client.get(run).text)


def test_a_deletion_says_of_how_many_while_they_are_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        make_job()
    run = begun(client, {"kind": "delete", "scope": "matching", "view": "topic=test.job"})
    assert "Delete up to 5 events" in words(client.get(run).text)
    counting = Event.objects.get(topic="operation.run")
    Event.objects.filter(pk=counting.pk).update(payload={**counting.payload, "uncounted": 1})
    page = client.get(run).text
    assert "Delete more than 5 events" in words(page)
    assert 'data-so-far="up to "' in page
