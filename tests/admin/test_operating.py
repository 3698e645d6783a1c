import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from events import update_event
from events.actor import Actor
from events.admin import runs
from events.models import Event
from events.operations import Outcome
from tests.admin.viewing import LIST, Parsed, browser, path_of, viewer
from tests.factories import make_event

OPERATE = f"{LIST}operate/"
HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


def make_job(status: str = "failed", **fields: Any) -> Event:
    job = make_event("test.job", depends_on=make_event("test.source").id, **fields)
    update_event(job.id, status=status)
    return Event.objects.get(pk=job.pk)


def form_of(page: str) -> dict[str, list[str]]:
    """What the preview's form sends when one confirms."""
    form = page[page.index('class="operate-confirm"') : page.index("</form>", page.index('class="operate-confirm"'))]
    fields: dict[str, list[str]] = {"confirmed": ["yes"]}
    for name, value in re.findall(r'type="hidden" name="(.*?)" value="(.*?)"', form):
        fields.setdefault(name, []).append(value.replace("&amp;", "&"))
    return fields


def confirmed(client: Client, **wanted: Any) -> str:
    """Preview, confirm, carry it out to the end; return where the run is shown."""
    preview = client.post(OPERATE, wanted)
    assert preview.status_code == 200
    answer = client.post(OPERATE, form_of(preview.text))
    assert answer.status_code == 302
    for _ in range(100):
        if client.post(answer["Location"], headers={"Accept": "application/json"}).json()["isOver"]:
            return str(answer["Location"])
    raise AssertionError("the run does not end")


def states() -> dict[str, int]:
    jobs = list(Event.objects.filter(topic="test.job").values_list("status", flat=True))
    return {status: jobs.count(status) for status in set(jobs)}


def test_a_preview_tells_what_would_happen_and_changes_nothing(client: Client) -> None:
    jobs = [make_job(description=f"job {n}") for n in range(7)]
    make_job("finished", project="other")
    page = Parsed(client.post(OPERATE, {"kind": "restart", "scope": "matching", "view": "status=failed"}).text).text
    assert "Restart 7 events?" in page
    assert "The first 5" in page
    assert "job 4" in page
    assert "job 5" not in page
    assert states() == {"failed": 7, "finished": 1}
    assert Event.objects.filter(topic=runs.TOPIC).count() == 0
    assert LogEntry.objects.count() == 0
    assert jobs[0].status == "failed"


@pytest.mark.parametrize(("kind", "becomes"), [("restart", {"restarted": 1}), ("abort", {"failed": 1}), ("delete", {})])
def test_the_chosen_events_are_operated_on(client: Client, kind: str, becomes: dict[str, int]) -> None:
    job = make_job()
    other = make_event("test.other", finished=False)
    preview = client.post(OPERATE, {"kind": kind, "ids": [job.id.hex]}).text
    if kind == "abort":
        assert "Nothing to abort" in preview
        assert "1 skipped" in preview
        return
    page = client.get(confirmed(client, kind=kind, ids=[job.id.hex])).text
    assert "Done" in page
    assert states() == becomes
    assert Event.objects.get(pk=other.pk).status == "pending"


def test_everything_that_matches_the_view_is_meant_also_beyond_the_page(client: Client) -> None:
    for _ in range(60):
        make_job(project="alpha")
    make_job(project="beta")
    page = client.get(confirmed(client, kind="restart", scope="matching", view="project=alpha&q=job")).text
    assert "<strong>60</strong> of 60 events restarted." in page
    assert states() == {"restarted": 60, "failed": 1}


def test_a_long_run_goes_on_from_step_to_step(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("events.operations.BATCH", 2)
    monkeypatch.setattr(runs, "STEP", -1)
    for _ in range(5):
        make_job()
    answer = client.post(
        OPERATE, form_of(client.post(OPERATE, {"kind": "restart", "scope": "matching", "view": "status=failed"}).text)
    )
    said = [client.post(answer["Location"], headers={"Accept": "application/json"}).json() for _ in range(4)]
    assert [each["affected"] for each in said] == [2, 4, 5, 5]
    assert [each["isOver"] for each in said] == [False, False, False, True]
    assert states() == {"restarted": 5}
    record = Event.objects.get(topic=runs.TOPIC)
    assert (record.status, record.description) == ("finished", "Restart of 5 events")


def test_what_has_changed_since_the_preview_is_left_alone(client: Client) -> None:
    changed, same = make_job(), make_job()
    form = form_of(client.post(OPERATE, {"kind": "restart", "scope": "matching", "view": "status=failed"}).text)
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
    preview = client.post(OPERATE, {"kind": "delete", "ids": [source]}).text
    assert "Nothing to delete" in preview
    assert "1 left, because other events depend on them." in preview
    again = client.post(OPERATE, {"kind": "delete", "ids": [source], "cascade": "yes"}).text
    assert "Delete 2 events?" in again
    form = form_of(again) | {"cascade": ["yes"]}
    client.post(client.post(OPERATE, form)["Location"])
    left = Event.objects.exclude(topic__startswith="audit.").exclude(topic=runs.TOPIC)
    assert left.count() == 0


def test_an_operation_is_recorded_with_who_when_what_and_how_many(client: Client, people: dict[str, User]) -> None:
    job = make_job()
    confirmed(client, kind="restart", scope="matching", view="status=failed")
    record = Event.objects.get(topic="operation.run")
    assert (record.user, record.sender, record.status) == ("admin", "viewer", "finished")
    assert record.description == "Restart of 1 event"
    assert record.summary == {
        "kind": "restart",
        "view": "status=failed",
        "chosen": 0,
        "total": 1,
        "affected": 1,
        "blocked": 0,
    }
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (people["admin"], str(record.pk))
    assert entry.get_change_message() == "restart: 1 events (all matching ?status=failed)"
    assert job.pk != record.pk
    kept = Event.objects.get(topic="audit.operation.restart")
    assert (kept.user, kept.summary["view"], kept.summary["affected"]) == ("admin", "status=failed", 1)


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"kind": "explode", "ids": ["0" * 32]}, "expected one of delete, restart, abort"),
        ({"kind": "delete"}, "expected events: choose some first"),
        ({"kind": "delete", "scope": "matching"}, "expected a view that is narrowed down"),
        ({"kind": "delete", "scope": "matching", "view": "utm=1&before=9"}, "expected a view that is narrowed down"),
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


@pytest.mark.parametrize("view", ["filter=%5B", "from=yesterday", "status=failed&q=nonesuch"])
def test_a_view_that_shows_nothing_has_nothing_to_operate_on(client: Client, view: str) -> None:
    make_job()
    assert "Nothing to delete" in client.post(OPERATE, {"kind": "delete", "scope": "matching", "view": view}).text


def test_hostile_texts_are_shown_as_texts(client: Client) -> None:
    make_job(description=HOSTILE, project=None)
    answer = client.post(OPERATE, {"kind": "restart", "scope": "matching", "view": f"status=failed&x={HOSTILE}"})
    page = Parsed(answer.text)
    assert HOSTILE in page.text
    assert [each for each in page.refused if not each.startswith(LIST)] == []


# --- who may -------------------------------------------------------------------------------------------


def operator(user: User) -> Client:
    """Somebody on the staff with the permission to operate."""
    client = viewer(user)
    user.user_permissions.add(Permission.objects.get(codename="operate_event"))
    return client


@pytest.mark.parametrize("name", ["artist", "manager", "guest"])
def test_who_may_only_view_sees_no_buttons_and_is_refused(people: dict[str, User], name: str) -> None:
    job = make_job(project="alpha")
    client = viewer(people[name])
    for page in (client.get(LIST).text, client.get(path_of(job)).text if name != "guest" else ""):
        assert "operate" not in page
        assert "checkbox" not in page
    run = runs.begin(
        runs.plan_from("restart", [job.id.hex], "", "", cascade=False),
        Outcome(affected=1, skipped=0, blocked=0, examples=()),
        Actor(name=name),
    )
    for path in (OPERATE, f"{LIST}operation/{run}/"):
        answer = client.post(path, {"kind": "restart", "ids": [job.id.hex], "confirmed": "yes"})
        assert answer.status_code == 403
    assert client.get(f"{LIST}operation/{run}/").status_code == 403
    assert states() == {"failed": 1}
    assert LogEntry.objects.count() == 0


def test_who_is_not_logged_in_is_sent_to_the_login(people: dict[str, User]) -> None:
    job = make_job()
    answer = Client().post(OPERATE, {"kind": "delete", "ids": [job.id.hex], "confirmed": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={OPERATE}")
    assert Event.objects.filter(pk=job.pk).exists()


def test_a_form_of_another_site_is_refused(people: dict[str, User]) -> None:
    job = make_job()
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["admin"])
    assert client.post(OPERATE, {"kind": "delete", "ids": [job.id.hex], "confirmed": "yes"}).status_code == 403
    assert Event.objects.filter(pk=job.pk).exists()


def test_the_permission_opens_what_its_holder_may_see_and_nothing_else(people: dict[str, User]) -> None:
    own, foreign = make_job(project="alpha"), make_job(project="beta")
    client = operator(people["artist"])
    assert 'class="operate-one"' in client.get(path_of(own)).text
    page = client.post(OPERATE, {"kind": "restart", "ids": [own.id.hex, foreign.id.hex]}).text
    assert "Restart 1 event?" in page
    client.post(client.post(OPERATE, form_of(page))["Location"])
    assert Event.objects.get(pk=own.pk).status == "restarted"
    assert Event.objects.get(pk=foreign.pk).status == "failed"


def test_a_cascade_is_for_managers_because_it_takes_what_others_may_not_see(people: dict[str, User]) -> None:
    source = make_event("test.source", project="alpha")
    make_event("test.job", depends_on=source.id, project="beta")
    client = operator(people["artist"])
    page = client.post(OPERATE, {"kind": "delete", "ids": [source.id.hex], "cascade": "yes", "confirmed": "yes"}).text
    assert "Nothing to delete" in page
    assert Event.objects.count() == 2


def test_only_who_has_started_a_run_carries_it_on(client: Client, people: dict[str, User]) -> None:
    make_job()
    form = form_of(client.post(OPERATE, {"kind": "restart", "scope": "matching", "view": "status=failed"}).text)
    run = client.post(OPERATE, form)["Location"]
    other = operator(people["manager"])
    assert "Started by admin" in other.get(run).text
    assert other.post(run).status_code == 403
    assert states() == {"failed": 1}
    assert client.get(f"{LIST}operation/{make_event().id}/").status_code == 404
