"""Operations that take a while: counted part by part, stopped and continued, on record all the time."""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from events.admin import counting, runs, stretches
from events.models import Event
from tests.admin.operating import OPERATE, confirmed, form_of, make_job, previewed, states, words
from tests.admin.test_operators import operator
from tests.admin.viewing import browser, path_of
from tests.factories import change, make_event

FAILED = {"kind": "restart", "scope": "matching", "view": "status=failed"}


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step takes two events."""
    monkeypatch.setattr("events.operations.BATCH", 2)
    monkeypatch.setattr(runs, "STEP", -1)


@pytest.fixture
def small_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting takes three numbers of the creation order at a time."""
    monkeypatch.setattr(stretches, "STRETCH", 3)
    monkeypatch.setattr(counting, "PATIENCE", -1)
    monkeypatch.setattr(runs, "STEP", -1)


def begun(client: Client, wanted: dict[str, Any]) -> str:
    """Preview and confirm; return where the run is."""
    return str(client.post(OPERATE, form_of(previewed(client, wanted)))["Location"])


def shown(page: str, name: str) -> int:
    """A number that counts on."""
    return int(page.split(f"<span data-{name}>")[1].split("<")[0])


def stepped(client: Client, run: str, **given: str) -> dict[str, Any]:
    answer = client.post(run, given, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def the_record() -> Event:
    return Event.objects.get(topic="operation.run")


def test_a_preview_counts_on_until_all_are_counted(client: Client, small_counts: None) -> None:
    for status in ("pending", "pending", *["failed"] * 5, "aborted"):
        make_job(status)
    page = previewed(client, FAILED | {"view": "topic=test.job"})
    assert "There are more" in page
    form = form_of(page) | {"confirmed": ["no"]}
    below = page.split('data-below="')[1].split('"')[0]
    counted, skipped = [], []
    while below:
        part = client.post(OPERATE, form | {"below": below}).json()
        counted.append(part["affected"])
        skipped.append(part["skippedFor"].get("pending", 0))
        below = part["below"]
    assert (sum(counted), len(counted) > 2) == (5, True)
    assert sum(skipped) == 2
    assert states() == {"failed": 5, "aborted": 1, "pending": 2}


@pytest.mark.parametrize(
    ("given", "taken", "kept"),
    [({"view": "status=finished"}, 1, 2), ({"view": "topic=test.*"}, 4, 0), ({"cascade": "yes"}, 3, 0)],
)
def test_the_preview_of_a_long_deletion_counts_what_is_left(
    client: Client, small_counts: None, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], taken: int, kept: int
) -> None:
    monkeypatch.setattr(counting, "LOOKED_THROUGH", 0)
    source = make_event("test.source")
    between = make_event("test.between", depends_on=source.id)
    change(make_event("test.job", depends_on=between.id).id, status="failed")
    make_event("test.source")
    wanted = {"kind": "delete", "scope": "matching", "view": "status=finished", **given}
    page = previewed(client, wanted)
    form, below = {**form_of(page), **wanted, "confirmed": "no"}, page.split('data-below="')[1].split('"')[0]
    parts: list[Any] = [{name: shown(page, name) for name in ("affected", "blocked")}]
    while below:
        parts.append(client.post(OPERATE, form | {"below": below}).json())
        below = parts[-1]["below"]
    assert tuple(sum(part[name] for part in parts) for name in ("affected", "blocked")) == (taken, kept)


def test_a_run_counts_all_before_it_changes_any(client: Client, small_counts: None) -> None:
    for _ in range(5):
        make_job()
    make_job("pending")
    run = begun(client, FAILED | {"view": "topic=test.job"})
    said: list[dict[str, Any]] = []
    while not said or not said[-1]["isCounted"]:
        said.append(stepped(client, run))
        assert states() == {"failed": 5, "pending": 1}
    assert (said[-1]["total"], len(said) > 2) == (5, True)
    while not stepped(client, run)["isOver"]:
        pass
    assert "5 of 5 events restarted." in words(client.get(run).text)
    assert (the_record().summary["skipped"], states()) == (1, {"restarted": 5, "pending": 1})


def test_a_run_leaves_one_record_that_always_tells_how_far_it_is(client: Client, small_steps: None) -> None:
    for _ in range(3):
        make_job()
    run = begun(client, FAILED)
    for affected, status in ((0, "in_progress"), (2, "in_progress"), (3, "in_progress"), (3, "finished")):
        record = the_record()
        assert (record.summary["affected"], record.status) == (affected, status)
        assert record.description == f"Restart of {affected} events{' of 3 so far' * (status == 'in_progress')}"
        stepped(client, run)
    assert client.get(run).text.count("Restarted 3 events") == 1
    assert run.split("?")[0] in client.get(path_of(the_record())).text


def test_a_stopped_run_says_what_was_done_and_goes_on_when_told_to(client: Client, small_steps: None) -> None:
    for _ in range(5):
        make_job()
    run = begun(client, FAILED)
    stepped(client, run)
    assert stepped(client, run, stop="yes")["isOver"]
    page = words(client.get(run).text)
    assert "Restarted" not in page
    assert "2 of 5 events restarted before admin stopped it." in page
    record = the_record()
    assert (record.status, record.description) == ("aborted", "Restart of 2 events of 5, stopped by admin")
    kept = Event.objects.get(topic="audit.operation.run")
    assert (kept.user, kept.description) == ("admin", record.description)
    assert (kept.summary["run"], kept.summary["after"]) == (record.id.hex, {"restarted": 2})
    assert record.summary["before"] == {"failed": 2}
    assert stepped(client, run)["isOver"]
    assert states() == {"restarted": 2, "failed": 3}
    assert not stepped(client, run, **{"continue": "yes"})["isOver"]
    while not stepped(client, run)["isOver"]:
        pass
    assert (the_record().status, the_record().summary["stoppedBy"], states()) == ("finished", "", {"restarted": 5})
    assert Event.objects.filter(topic="audit.operation.run").count() == 2


def test_another_operator_may_stop_a_run_and_not_continue_it(
    client: Client, people: dict[str, User], small_steps: None
) -> None:
    for _ in range(3):
        make_job()
    run = begun(client, FAILED)
    other = operator(people["manager"])
    assert "before manager stopped it." in words(other.post(run, {"stop": "yes"}).text)
    assert other.post(run, {"continue": "yes"}).status_code == 403
    assert states() == {"failed": 3}


def test_who_may_not_read_of_a_run_sees_no_page_of_it(
    client: Client, people: dict[str, User], small_steps: None
) -> None:
    for _ in range(3):
        make_job()
    run = begun(client, FAILED)
    other = operator(people["artist"])
    assert [other.get(run).status_code, other.post(run, {"stop": "yes"}).status_code] == [403, 403]
    assert the_record().status == "in_progress"


def test_a_run_is_no_event_that_a_run_aborts_or_deletes(client: Client) -> None:
    make_event("test.open", finished=False)
    confirmed(client, kind="abort", scope="matching", view="status=pending,in_progress")
    record = the_record()
    assert (record.status, record.summary["affected"]) == ("finished", 1)
    assert "Nothing to delete" in previewed(client, {"kind": "delete", "ids": [record.id.hex]})


def test_a_deletion_gets_past_the_events_that_stay(client: Client, small_steps: None) -> None:
    for _ in range(2):
        make_event("test.source")
    for _ in range(4):
        make_job()
    confirmed(client, kind="delete", scope="matching", view="topic=test.source")
    assert (the_record().summary["affected"], the_record().summary["blocked"]) == (2, 4)
    assert Event.objects.filter(topic="test.source").count() == 4


def test_the_period_of_a_run_does_not_move_on(client: Client) -> None:
    make_job()
    page = previewed(client, FAILED | {"view": "status=failed&last=1h"})
    (view,) = form_of(page)["view"]
    assert parse_qs(view).keys() == {"status", "from"}
    assert 'href="/admin/events/event/?status=failed&amp;last=1h"' in page


COMPARED = json.dumps({"conditions": [{"key": "payload/password", "value": "Hush-77"}]})


@pytest.mark.parametrize("view", [urlencode({"filter": COMPARED}), urlencode({"q": "token=Hush-77"})])
def test_a_view_that_compares_with_a_secret_is_not_kept(client: Client, view: str) -> None:
    job = make_job(payload={"password": "Hush-77"})
    assert "compares with no secret" in words(previewed(client, FAILED | {"view": view}, status=400))
    confirmed(client, kind="restart", view=view, ids=[job.id.hex])
    kept = list(Event.objects.filter(topic__contains="operation.").values_list("summary", "payload"))
    assert len(kept) == 3
    assert "Hush" not in str(kept)
    assert "Hush" not in LogEntry.objects.get().change_message
