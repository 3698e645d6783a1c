from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from events import update_event
from events.actor import Actor
from events.admin import runs
from events.models import Event
from events.operations import Operation, operate
from events.status import Status
from tests.admin.operating import OPERATE, confirmed, form_of, make_job, previewed, states, words
from tests.admin.viewing import LIST, Parsed, browser, path_of
from tests.factories import make_event

EVERY_STATE = f'status={",".join(Status)}&filter={{"conditions":[{{"conditions":[]}}]}}'
RECORDS = ("operation.run", "audit.operation.run", "audit.operation.restart")
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def test_a_preview_tells_what_would_happen_and_changes_nothing(client: Client) -> None:
    jobs = [make_job(description=f"job {n}") for n in range(7)]
    make_job("finished", project="other")
    page = Parsed(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"})).text
    assert "Restart 7 events?" in page
    assert "The newest 5" in page
    assert "job 2" in page
    assert "job 1" not in page
    assert states() == {"failed": 7, "finished": 1}
    assert not Event.objects.filter(topic__startswith="audit.").exists()
    assert LogEntry.objects.count() == 0
    assert jobs[0].status == "failed"


def test_a_preview_says_which_filters_it_means(client: Client) -> None:
    job = make_job(project="alpha", user="marta")
    view = "topic=test.*&status=failed,aborted&q=mart&relation=job&before=999999"
    wanted = {"kind": "restart", "scope": "matching", "view": view}
    page = " ".join(Parsed(previewed(client, wanted)).text.split())
    assert "All events that match Search mart, Topic test.*, Status Failed, Aborted and Relations Jobs." in page
    page = Parsed(previewed(client, {"kind": "restart", "view": view, "ids": [job.id.hex]})).text
    assert "1 chosen event." in page
    assert "that match" not in page


@pytest.mark.parametrize(("kind", "becomes"), [("restart", {"restarted": 1}), ("abort", {"failed": 1}), ("delete", {})])
def test_the_chosen_events_are_operated_on(client: Client, kind: str, becomes: dict[str, int]) -> None:
    job = make_job()
    other = make_event("test.other", finished=False)
    preview = previewed(client, {"kind": kind, "ids": [job.id.hex]})
    if kind == "abort":
        assert "Nothing to abort" in preview
        assert "1 skipped" in words(preview)
        return
    page = client.get(confirmed(client, kind=kind, ids=[job.id.hex])).text
    assert f"<h1 data-standing>{kind.capitalize().removesuffix('e')}ed 1 event</h1>" in page
    assert states() == becomes
    assert Event.objects.get(pk=other.pk).status == "pending"


def test_everything_that_matches_the_view_is_meant_also_beyond_the_page(client: Client) -> None:
    for _ in range(60):
        make_job(project="alpha")
    make_job(project="beta")
    page = client.get(confirmed(client, kind="restart", scope="matching", view="project=alpha&q=job")).text
    assert "60 of 60 events restarted." in words(page)
    assert "Failed 60 → restarted" in words(page)
    assert states() == {"restarted": 60, "failed": 1}


def test_a_long_run_goes_on_from_step_to_step(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.operations.BATCH", 2)
    monkeypatch.setattr(runs, "STEP", -1)
    for _ in range(5):
        make_job()
    answer = client.post(
        OPERATE, form_of(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"}))
    )
    said = [client.post(answer["Location"], headers={"Accept": "application/json"}).json() for _ in range(4)]
    assert [each["affected"] for each in said] == [2, 4, 5, 5]
    assert [each["isOver"] for each in said] == [False, False, False, True]
    assert states() == {"restarted": 5}
    record = Event.objects.get(topic="operation.run")
    assert (record.status, record.description) == ("finished", "Restart of 5 events")
    assert record.summary["before"] == {"failed": 5}


def test_an_unfinished_run_is_found_again_and_is_not_carried_on_by_looking(client: Client) -> None:
    make_job()
    form = form_of(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"}))
    run = Event.objects.get(pk=client.post(OPERATE, form)["Location"].split("/")[-2])
    address = f"{LIST}operation/{run.id.hex}/"
    assert f'href="{address}"' in client.get(path_of(run)).text
    assert "Show this operation" not in client.get(path_of(make_job())).text
    for written in (run.id.hex, str(run.id)):
        page = Parsed(client.get(f"{LIST}operation/{written}/").text).text
        assert "0 of 1 so far" in page
        assert "Continue" in page
    assert states() == {"failed": 2}
    assert "1 of 1 event restarted." in words(client.post(address).text)
    assert "Continue" not in client.post(address).text


@pytest.mark.parametrize("written", ["nonsense", "0" * 32, "0" * 31])
def test_without_a_run_there_is_no_page_of_one(client: Client, written: str) -> None:
    assert client.get(f"{LIST}operation/{written}/").status_code == 404


def test_an_operation_that_was_no_run_has_no_page_of_one(client: Client) -> None:
    operate(Operation(kind="delete", ids=[make_event().id]), Actor(name="admin", is_admin=True))
    record = Event.objects.get(topic="audit.operation.delete")
    assert client.get(f"{LIST}operation/{record.id.hex}/").status_code == 404
    assert "Show this operation" not in client.get(path_of(record)).text


def test_what_has_changed_since_the_preview_is_left_alone(client: Client) -> None:
    changed, same = make_job(), make_job()
    form = form_of(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"}))
    update_event(changed.id, description="worked on")
    new = make_job()
    run = client.post(OPERATE, form)["Location"]
    client.post(run)
    now = Event.objects.in_bulk()
    assert [now[job.pk].status for job in (changed, same, new)] == ["failed", "restarted", "failed"]


def test_deleting_leaves_what_others_depend_on_unless_they_go_too(client: Client) -> None:
    job = make_job()
    assert job.depends_on_id
    source = job.depends_on_id.hex
    preview = previewed(client, {"kind": "delete", "ids": [source]})
    assert "Nothing to delete" in preview
    assert "1 left, because other events depend on them." in words(preview)
    again = previewed(client, {"kind": "delete", "ids": [source], "cascade": "yes"})
    assert "Delete 2 events?" in words(again)
    form = form_of(again) | {"cascade": ["yes"]}
    client.post(client.post(OPERATE, form)["Location"])
    assert not Event.objects.exclude(topic__startswith="audit.").exclude(topic="operation.run").exists()


def test_an_operation_is_recorded_with_who_when_what_and_how_many(client: Client, people: dict[str, User]) -> None:
    job = make_job()
    confirmed(client, kind="restart", scope="matching", view="status=failed")
    run = Event.objects.get(topic="operation.run")
    record = Event.objects.get(topic="audit.operation.run")
    assert (record.summary["run"], record.summary["kind"], record.user) == (run.id.hex, "restart", "admin")
    assert record.description == "Restart of 1 event"
    said = {name: record.summary[name] for name in ("view", "chosen", "total", "affected", "skipped", "blocked")}
    assert said == {"view": "status=failed", "chosen": None, "total": 1, "affected": 1, "skipped": 0, "blocked": 0}
    assert (record.summary["before"], record.summary["after"]) == ({"failed": 1}, {"restarted": 1})
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (people["admin"], str(run.pk))
    assert entry.get_change_message() == "restart: 1 events (all matching ?status=failed)"
    batch = Event.objects.get(topic="audit.operation.restart")
    assert (batch.summary["run"], batch.payload) == (run.id.hex, {"before": {job.id.hex: "failed"}})


def test_what_tells_of_an_operation_names_its_filters_in_words(client: Client) -> None:
    make_job()
    confirmed(client, kind="restart", scope="matching", view="topic=test.%2A&status=failed")
    told = "It was for all events that matched Topic test.* and Status Failed."
    for topic in RECORDS:
        assert told in words(client.get(path_of(Event.objects.get(topic=topic))).text)


def test_what_tells_of_chosen_events_names_no_filters(client: Client) -> None:
    confirmed(client, kind="restart", ids=[make_job().id.hex], view="topic=test.%2A")
    records = [Event.objects.get(topic=topic) for topic in RECORDS]
    for record in (*records, make_event(summary={"view": "status=failed"})):
        assert "It was for all events" not in client.get(path_of(record)).text


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"kind": "explode", "ids": ["0" * 32]}, "expected one of delete, restart, abort"),
        ({"kind": "delete"}, "expected events: choose some first"),
        ({"kind": "delete", "scope": "matching"}, "expected a view that is narrowed down"),
        ({"kind": "delete", "scope": "matching", "view": "before=9"}, "expected a view that is narrowed down"),
        ({"kind": "delete", "scope": "matching", "view": "filter={}"}, "expected a view that is narrowed down"),
        ({"kind": "delete", "scope": "matching", "view": "topic=*"}, "expected a view that is narrowed down"),
        ({"kind": "delete", "scope": "matching", "view": EVERY_STATE}, "expected a view that is narrowed down"),
        ({"kind": "delete", "ids": ["nonsense"]}, "expected an id of 32 hexadecimal digits"),
        ({"kind": "delete", "ids": ["0" * 32], "bound": "x"}, "expected a position"),
        ({"kind": "delete", "ids": ["0" * 32], "bound": "9" * 30}, "expected a position"),
    ],
)
def test_what_no_form_would_send_is_refused(client: Client, sent: dict[str, Any], problem: str) -> None:
    make_job()
    answer = client.post(OPERATE, {**sent, "confirmed": "yes"})
    assert answer.status_code == 400
    assert problem in Parsed(answer.text).text
    assert Event.objects.count() == 2


def test_a_view_that_shows_nothing_has_nothing_to_operate_on(client: Client) -> None:
    make_job()
    wanted = {"kind": "delete", "scope": "matching", "view": "status=failed&q=nonesuch"}
    assert "Nothing to delete" in previewed(client, wanted)


def test_hostile_texts_are_shown_as_texts(client: Client) -> None:
    make_job(description=HOSTILE, user=HOSTILE, project=None)
    view = urlencode({"status": "failed", "user": HOSTILE})
    page = Parsed(previewed(client, {"kind": "restart", "scope": "matching", "view": view}))
    assert HOSTILE in page.text
    assert [each for each in page.refused if not each.startswith(LIST)] == []


def test_a_preview_asks_as_often_whatever_there_is(client: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        make_job()
    for kind in ("restart", "abort", "delete"):
        with django_assert_max_num_queries(30):
            previewed(client, {"kind": kind, "scope": "matching", "view": "topic=test.job"})
