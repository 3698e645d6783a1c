"""Who may operate on events in the viewer, and on which."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from events.actor import Actor
from events.admin import runs
from events.admin.counting import Expected
from events.admin.plans import plan_from
from events.models import Event, TopicPolicy
from tests.admin.operating import OPERATE, confirmed, form_of, make_job, previewed, states, words
from tests.admin.viewing import LIST, browser, path_of, viewer
from tests.factories import make_event


@pytest.fixture
def client(people: dict[str, User]) -> Client:
    return browser(people["admin"])


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
    plan = plan_from("restart", [job.id.hex], "", "", cascade=False)
    run = runs.begin(plan, Event.objects.all(), Expected(affected=1, before={"failed": 1}), Actor(name=name))
    for path in (OPERATE, f"{LIST}operation/{run}/"):
        answer = client.post(path, {"kind": "restart", "ids": [job.id.hex], "confirmed": "yes"})
        assert answer.status_code == 403
    assert client.get(f"{LIST}operation/{run}/").status_code == 403
    assert states() == {"failed": 1}
    assert LogEntry.objects.count() == 0


def test_who_is_not_logged_in_is_sent_to_the_login(people: dict[str, User]) -> None:
    job = make_job()
    wanted = {"kind": "delete", "ids": [job.id.hex], "confirmed": "yes", "back": f"{LIST}?status=failed"}
    answer = Client().post(OPERATE, wanted)
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={LIST}%3Fstatus%3Dfailed")
    assert Event.objects.filter(pk=job.pk).exists()


ENDED = "Your login had ended. Nothing was changed."


@pytest.mark.parametrize("path", [OPERATE, f"{LIST}operation/{'0' * 32}/", "/admin/auth/group/add/"])
def test_a_form_that_comes_after_the_login_has_ended_is_told_of_on_its_page(people: dict[str, User], path: str) -> None:
    assert ENDED in words(Client().post(path, {"kind": "delete"}, follow=True).text)
    assert ENDED not in words(Client().get(path, follow=True).text)
    assert ENDED not in words(browser(people["artist"]).post(path, {"kind": "delete"}, follow=True).text)


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
    page = previewed(client, {"kind": "restart", "ids": [own.id.hex, foreign.id.hex]})
    assert "Restart 1 event?" in words(page)
    client.post(client.post(OPERATE, form_of(page))["Location"])
    assert Event.objects.get(pk=own.pk).status == "restarted"
    assert Event.objects.get(pk=foreign.pk).status == "failed"


def test_a_cascade_is_for_managers_because_it_takes_what_others_may_not_see(people: dict[str, User]) -> None:
    source = make_event("test.source", project="alpha")
    make_event("test.job", depends_on=source.id, project="beta")
    client = operator(people["artist"])
    page = previewed(client, {"kind": "delete", "ids": [source.id.hex], "cascade": "yes", "confirmed": "yes"})
    assert "Nothing to delete" in page
    assert Event.objects.count() == 2


def offered(client: Client, event: Event) -> list[str]:
    """The buttons on the page of an event."""
    return re.findall(r'name="kind" value="(.*?)"', client.get(path_of(event)).text)


@pytest.mark.parametrize(
    ("status", "of_job", "of_other"),
    [
        ("pending", ["abort", "delete"], ["abort", "delete"]),
        ("in_progress", ["abort", "delete"], ["abort", "delete"]),
        ("finished", ["restart", "delete"], ["delete"]),
        ("failed", ["restart", "delete"], ["delete"]),
        ("aborted", ["restart", "delete"], ["delete"]),
        ("restarted", ["delete"], ["delete"]),
    ],
)
def test_an_event_offers_what_its_state_allows(
    client: Client, status: str, of_job: list[str], of_other: list[str]
) -> None:
    job, other = make_job(status), make_event()
    Event.objects.filter(pk=other.pk).update(status=status)
    assert [offered(client, job), offered(client, other)] == [of_job, of_other]


def test_what_others_depend_on_is_deleted_by_managers_only(client: Client, people: dict[str, User]) -> None:
    source = make_event("test.source", project="alpha")
    make_event("test.job", depends_on=source.id)
    assert offered(client, source) == ["delete"]
    artist = operator(people["artist"])
    assert offered(artist, source) == []
    assert "There is nothing to restart or abort, and others depend on it" in words(artist.get(path_of(source)).text)


def records_of(job: Event, client: Client) -> list[Event]:
    """Restart the job, and return what tells of that."""
    confirmed(client, kind="restart", ids=[job.id.hex])
    return [Event.objects.get(topic=topic) for topic in ("operation.run", "audit.operation.restart")]


def test_records_are_not_offered_to_be_operated_on(client: Client) -> None:
    job = make_job()
    run, audit = records_of(job, client)
    page = client.get(LIST).text
    assert f'value="{job.id.hex}" form="operate"' in page
    for record in (run, audit):
        assert f'value="{record.id.hex}" form="operate"' not in page
        shown = client.get(path_of(record)).text
        assert 'class="operate-one"' not in shown
        why = "Not allowed to operate on this event: nobody writes these records but the server."
        assert why in words(shown)


def test_what_a_policy_keeps_from_somebody_is_not_offered_to_him(client: Client) -> None:
    job, other = make_job(), make_event("test.other")
    TopicPolicy.objects.create(verb="operate", topic="test.job", role="admin")
    page = client.get(LIST).text
    assert [f'value="{each.id.hex}" form' in page for each in (job, other)] == [False, True]
    why = "Not allowed to operate on this event: a topic policy refuses it on test.job."
    assert why in words(client.get(path_of(job)).text)
    assert "Not allowed" not in client.get(path_of(other)).text


@pytest.mark.parametrize("kind", ["restart", "abort", "delete"])
def test_a_preview_says_that_records_stay(client: Client, kind: str) -> None:
    job = make_job()
    records = [record.id.hex for record in records_of(job, client)]
    page = words(previewed(client, {"kind": kind, "ids": records}))
    assert f"Nothing to {kind}" in page
    assert "2 left alone: records of the audit trail or of an operation." in page
    assert "They are gone" not in page
    page = words(previewed(client, {"kind": "delete", "ids": [job.id.hex, records[0]]}))
    assert "Delete 1 event?" in page
    assert "1 left alone: record of the audit trail or of an operation." in page
    page = words(previewed(client, {"kind": kind, "scope": "matching", "view": "topic=audit.*"}))
    assert "Records of the audit trail and of operations stay as they are." in page


def test_only_who_has_started_a_run_carries_it_on(client: Client, people: dict[str, User]) -> None:
    make_job()
    form = form_of(previewed(client, {"kind": "restart", "scope": "matching", "view": "status=failed"}))
    run = client.post(OPERATE, form)["Location"]
    other = operator(people["manager"])
    assert "Begun by admin" in words(other.get(run).text)
    assert other.post(run).status_code == 403
    assert states() == {"failed": 1}
    assert client.get(f"{LIST}operation/{make_event().id}/").status_code == 404
