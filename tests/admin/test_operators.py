"""Who may operate on events in the viewer, and on which."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from events.actor import Actor
from events.admin import runs
from events.admin.counting import Expected
from events.admin.plans import plan_from
from events.models import Event
from tests.admin.operating import OPERATE, form_of, make_job, states, words
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
    assert "Restart 1 event?" in words(page)
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
