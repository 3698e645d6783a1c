from importlib import import_module
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from events import accounts
from events.admin import family
from events.models import ApiKey, Event, ProjectGrant
from tests.admin.viewing import LIST, browser, path_of, shown, viewer
from tests.factories import make_event

People = dict[str, User]


@pytest.fixture
def artist(people: People) -> Client:
    """May look at events, and was granted the project alpha."""
    return viewer(people["artist"])


def test_a_login_leads_nowhere_else(people: People) -> None:
    login = {"username": "admin", "password": "admin", "next": "https://example.com/"}
    assert Client().post("/admin/login/", login)["Location"] == "/admin/"


def test_there_is_no_way_to_objects_by_their_numbers(people: People) -> None:
    for client in (Client(), browser(people["admin"])):
        assert client.get("/admin/r/1/1/").status_code == 404


def test_who_is_not_logged_in_is_sent_to_the_login(people: People) -> None:
    for path in (LIST, path_of(make_event())):
        answer = Client().get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={quote(path)}")


def test_who_is_no_staff_does_not_get_in(people: People) -> None:
    assert browser(people["manager"]).get(LIST).status_code == 302


def test_staff_needs_the_permission_to_view(people: People) -> None:
    event = make_event(project="alpha")
    people["artist"].is_staff = True
    people["artist"].save()
    client = browser(people["artist"])
    assert client.get(LIST).status_code == 403
    assert client.get(path_of(event)).status_code == 403
    assert "Events" not in client.get("/admin/").text


def test_the_access_rules_decide_what_staff_sees(people: People) -> None:
    make_event(description="alpha", project="alpha")
    make_event(description="beta", project="beta")
    make_event(description="public")
    make_event("log.info", description="private")
    make_event("log.info", description="own", user="artist")
    seen = {name: shown(viewer(people[name])) for name in ("artist", "guest", "manager", "admin")}
    everything = ["own", "private", "public", "beta", "alpha"]
    assert seen == {"artist": ["own", "public", "alpha"], "guest": [], "manager": everything, "admin": everything}


@pytest.mark.parametrize("query", ["project=beta", "q=secret", "topic=test.*&status=finished", "relation=childless"])
def test_no_filter_opens_a_foreign_project(artist: Client, query: str) -> None:
    make_event(project="beta", user="jonas", description="secret")
    page = artist.get(f"{LIST}?{query}").text
    assert shown(artist, query) == []
    assert "secret" not in page.replace('value="secret"', "").replace("q=secret", "").replace("<bdi>secret</bdi>", "")
    assert "jonas" not in page


def test_an_event_of_a_foreign_project_is_not_found(artist: Client) -> None:
    own, foreign = make_event(project="alpha"), make_event(project="beta", description="secret")
    assert artist.get(path_of(own)).status_code == 200
    answer = artist.get(path_of(foreign))
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_sources_and_targets_of_a_foreign_project_are_not_shown(artist: Client) -> None:
    source = make_event("test.source", project="beta", description="secret")
    event = make_event(project="alpha", depends_on=source.id)
    target = make_event("test.target", project="beta", description="secret", depends_on=event.id)
    page = artist.get(path_of(event)).text
    assert "Caused by an event that is not open to you" in page
    for hidden in ("secret", "test.source", "test.target", source.id.hex, target.id.hex):
        assert hidden not in page


def test_a_chain_that_leads_to_a_foreign_project_has_no_link_to_it(artist: Client) -> None:
    foreign = make_event(project="beta")
    own = make_event(project="alpha", depends_on=foreign.id)
    for _ in range(family.ANCESTORS):
        own = make_event(project="alpha", depends_on=own.id)
    page = artist.get(path_of(own)).text
    assert "The chain goes further back, to an event that is not open to you" in page
    assert foreign.id.hex not in page


def test_the_history_of_a_foreign_event_is_not_shown(artist: Client) -> None:
    foreign = make_event(project="beta", description="secret")
    assert "secret" not in artist.get(f"{LIST}{foreign.id}/history/", follow=True).text


@pytest.mark.parametrize("name", ["admin", "manager", "artist"])
def test_nobody_adds_changes_or_deletes_events(people: People, name: str) -> None:
    event = make_event(project="alpha", description="before")
    client = viewer(people[name])
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}add/", {"topic": "test.new"}).status_code == 403
    assert client.post(path_of(event), {"description": "after"}).status_code == 405
    assert client.post(f"{LIST}{event.id}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(event.id), "post": "yes", "index": "0"}
    client.post(LIST, chosen)
    assert [each.description for each in Event.objects.all()] == ["before"]


def test_a_grant_to_a_group_opens_a_project(people: People, artist: Client) -> None:
    make_event(project="beta", description="beta")
    group = Group.objects.create(name="compositing")
    people["artist"].groups.add(group)
    assert shown(artist) == []
    answer = browser(people["admin"]).post("/admin/events/projectgrant/add/", {"project": "beta", "group": group.pk})
    assert answer.status_code == 302
    assert shown(artist) == ["beta"]


def test_a_grant_to_nobody_is_refused(people: People) -> None:
    answer = browser(people["admin"]).post("/admin/events/projectgrant/add/", {"project": "beta"})
    assert "Name a user or a group: one of them, and not both." in answer.text
    assert ProjectGrant.objects.filter(project="beta").count() == 0


def test_an_api_key_is_shown_without_its_secret_and_stays_its_users(people: People) -> None:
    secret = accounts.issue_key(people["service"], "farm")
    key = ApiKey.objects.get()
    client = browser(people["admin"])
    for path in ("/admin/events/apikey/", f"/admin/events/apikey/{key.pk}/change/"):
        page = client.get(path).text
        assert "farm" in page
        assert secret not in page
        assert key.digest not in page
    given = {"name": "render farm", "user": people["admin"].pk, "wait_seconds": 0}
    assert client.post(f"/admin/events/apikey/{key.pk}/change/", given).status_code == 302
    changed = ApiKey.objects.get()
    assert (changed.name, changed.user, changed.digest) == ("render farm", people["service"], key.digest)


def test_the_requests_of_a_key_can_be_made_to_wait_for_jobs(people: People) -> None:
    secret = accounts.issue_key(people["service"], "farm")
    path = f"/admin/events/apikey/{ApiKey.objects.get().pk}/change/"
    client = browser(people["admin"])
    assert accounts.actor_for_key(secret).default_wait == 0
    assert "less than or equal to 8" in client.post(path, {"name": "farm", "wait_seconds": 9}).text
    assert client.post(path, {"name": "farm", "wait_seconds": 8}).status_code == 302
    assert accounts.actor_for_key(secret).default_wait == 8


def test_a_deleted_api_key_no_longer_opens_anything(people: People) -> None:
    secret = accounts.issue_key(people["service"], "farm")
    event = make_event()
    api = Client(headers={"X-Api-Key": secret})
    assert api.get(f"/api/events/{event.id.hex}").status_code == 200
    browser(people["admin"]).post(f"/admin/events/apikey/{ApiKey.objects.get().pk}/delete/", {"post": "yes"})
    assert api.get(f"/api/events/{event.id.hex}").status_code == 401


def test_a_manager_on_the_staff_may_look_and_not_operate(people: People) -> None:
    import_module("events.migrations.0006_managers_look").let_managers_look(apps, connection.schema_editor())
    event = make_event(project="beta", description="seen")
    people["manager"].is_staff = True
    people["manager"].save()
    client = browser(people["manager"])
    assert shown(client) == ["seen"]
    assert client.get(path_of(event)).status_code == 200
    assert "Connected" in client.get("/admin/").text
    assert "operate" not in client.get(LIST).text
    assert client.post(f"{LIST}operate/", {"kind": "restart", "ids": [event.id.hex]}).status_code == 403
    assert client.get("/admin/auth/user/").status_code == 403


def test_who_is_connected_is_told_to_managers_only(artist: Client) -> None:
    assert "Connected" not in artist.get("/admin/").text
