"""API keys in the admin: shown once, limited, rotated, revoked, and on record."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from events import accounts
from events.errors import CredentialInvalid
from events.models import ApiKey, Event, TopicPolicy
from events.policies import Verb
from tests.admin.viewing import viewer
from tests.conftest import Roles

SECRET = re.compile(r'<code class="secret">([0-9a-f]{32})</code>')


@pytest.fixture
def admin(people: Roles) -> Client:
    client = Client()
    client.force_login(people["admin"])
    return client


def made(admin: Client, people: Roles, **limits: object) -> str:
    """Make a key for the service, and return what is shown."""
    given = {"user": people["service"].pk, "name": "ftrack", "wait_seconds": "0", **limits}
    page = admin.post("/admin/events/apikey/add/", given)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    found = SECRET.search(page.content.decode())
    assert found, page.content.decode()
    return found[1]


def test_a_key_is_shown_once_and_works(admin: Client, people: Roles) -> None:
    secret = made(admin, people)
    assert accounts.actor_for_key(secret).name == "service"
    key = ApiKey.objects.get()
    assert key.preview == secret[:4]
    for path in ("/admin/events/apikey/", f"/admin/events/apikey/{key.pk}/change/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert secret not in page.content.decode()
        assert key.digest not in page.content.decode()


def test_a_key_is_limited(admin: Client, people: Roles) -> None:
    secret = made(admin, people, verbs=["read", "enroll"], topics="ftrack.*\n\n test.event ", projects="alpha")
    scope = accounts.actor_for_key(secret).scope
    assert scope.verbs == {Verb.READ, Verb.ENROLL}
    assert scope.topics == ("ftrack.*", "test.event")
    assert scope.projects == {"alpha"}


@pytest.mark.parametrize(("field", "value"), [("topics", "no topic"), ("projects", "no project"), ("verbs", "fly")])
def test_a_limit_that_is_none_is_refused(admin: Client, people: Roles, field: str, value: str) -> None:
    given = {"user": people["service"].pk, "name": "ftrack", "wait_seconds": "0", field: value}
    page = admin.post("/admin/events/apikey/add/", given)
    assert field in page.context["adminform"].form.errors
    assert not ApiKey.objects.exists()


def test_a_rotated_key_goes_on_for_a_while(admin: Client, people: Roles, settings: object) -> None:
    settings.EVENTS_KEY_OVERLAP_HOURS = 2  # type: ignore[attr-defined]
    old = made(admin, people, verbs=["read"], topics="ftrack.*")
    page = admin.post(f"/admin/events/apikey/{ApiKey.objects.get().pk}/rotate/")
    found = SECRET.search(page.content.decode())
    assert found
    after, before = accounts.actor_for_key(found[1]), accounts.actor_for_key(old)
    assert after == replace(before, key=after.key)
    end = ApiKey.objects.get(preview=old[:4], digest__isnull=False, expires_at__isnull=False).expires_at
    assert end is not None
    assert abs(end - timezone.now() - timedelta(hours=2)) < timedelta(minutes=1)
    ApiKey.objects.filter(expires_at=end).update(expires_at=timezone.now())
    with pytest.raises(CredentialInvalid):
        accounts.actor_for_key(old)
    assert accounts.actor_for_key(found[1]).name == "service"


def test_a_key_that_was_rotated_is_not_rotated_again(admin: Client, people: Roles) -> None:
    made(admin, people)
    change = f"/admin/events/apikey/{ApiKey.objects.get().pk}/"
    admin.post(f"{change}rotate/")
    before = list(ApiKey.objects.order_by("pk").values())
    page = admin.post(f"{change}rotate/", follow=True).text
    assert "This key is ending, and so would the new one" in page
    assert ("it cannot be rotated" in page, 'formaction="' in page) == (True, False)
    assert list(ApiKey.objects.order_by("pk").values()) == before


def test_a_new_key_says_when_it_ends(admin: Client, people: Roles) -> None:
    made(admin, people, expires_at="2040-01-31T14:00")
    page = admin.post(f"/admin/events/apikey/{ApiKey.objects.get().pk}/rotate/").text
    assert re.search(r'It ends at <time[^>]* title="2040-01-31 14:00:00.000 UTC"', page)


def test_a_key_that_has_ended_already_is_not_made(admin: Client, people: Roles) -> None:
    given = {"user": people["service"].pk, "name": "ftrack", "wait_seconds": "0", "expires_at": "2020-01-31T14:00"}
    page = admin.post("/admin/events/apikey/add/", given)
    assert "in the past" in page.context["adminform"].form.errors["expires_at"][0]
    assert not ApiKey.objects.exists()


def test_a_key_that_has_ended_can_be_given_another_name(admin: Client, people: Roles) -> None:
    made(admin, people)
    key = ApiKey.objects.get()
    key.expires_at = datetime(2020, 1, 31, 14, 0, 5, 123_456, tzinfo=UTC)
    key.save()
    given = {"name": "old", "wait_seconds": "0", "expires_at": "2020-01-31T14:00:05Z"}
    assert admin.post(f"/admin/events/apikey/{key.pk}/change/", given).status_code == 302
    assert ApiKey.objects.get().name == "old"


def test_a_deleted_key_lets_nobody_in(admin: Client, people: Roles) -> None:
    secret = made(admin, people)
    admin.post(f"/admin/events/apikey/{ApiKey.objects.get().pk}/delete/", {"post": "yes"})
    with pytest.raises(CredentialInvalid):
        accounts.actor_for_key(secret)


PRESETS = [
    ("reader", {"read"}),
    ("dispatcher", {"dispatch"}),
    ("worker", {"enroll", "read", "update", "dispatch"}),
    ("operator", {"read", "operate"}),
]


@pytest.mark.parametrize(("preset", "verbs"), PRESETS)
def test_what_a_key_is_made_for_fills_its_verbs(admin: Client, people: Roles, preset: str, verbs: set[str]) -> None:
    assert accounts.actor_for_key(made(admin, people, preset=preset)).scope.verbs == verbs
    key = ApiKey.objects.get()
    given = {"name": "new", "wait_seconds": "0", "verbs": key.verbs, "preset": "reader"}
    assert admin.post(f"/admin/events/apikey/{key.pk}/change/", given).status_code == 302
    key.refresh_from_db()
    assert (key.name, key.verbs) == ("new", ["read"])


def test_a_preset_and_other_verbs_are_refused(admin: Client, people: Roles) -> None:
    given = {"user": people["service"].pk, "name": "x", "wait_seconds": "0", "preset": "reader", "verbs": ["operate"]}
    page = admin.post("/admin/events/apikey/add/", given)
    assert "preset" in page.context["adminform"].form.errors
    assert not ApiKey.objects.exists()


def test_everybody_on_the_staff_makes_keys_of_his_own(people: Roles) -> None:
    accounts.issue_key(people["service"], "foreign")
    foreign = ApiKey.objects.get()
    client = viewer(people["artist"])
    page = client.post("/admin/events/apikey/add/", {"user": people["admin"].pk, "name": "mine", "wait_seconds": "0"})
    found = SECRET.search(page.text)
    assert found
    assert accounts.actor_for_key(found[1]).name == "artist"
    own = ApiKey.objects.get(name="mine")
    page = client.get("/admin/events/apikey/")
    assert ("mine" in page.text, "foreign" in page.text) == (True, False)
    assert client.post(f"/admin/events/apikey/{own.pk}/rotate/").status_code == 200
    for each in (own, foreign):
        client.post(f"/admin/events/apikey/{each.pk}/change/", {"name": "changed", "wait_seconds": "0"})
        client.post(f"/admin/events/apikey/{each.pk}/rotate/")
        client.post(f"/admin/events/apikey/{each.pk}/delete/", {"post": "yes"})
    assert ApiKey.objects.filter(pk=foreign.pk).values_list("name", "expires_at").get() == ("foreign", None)
    assert not ApiKey.objects.filter(pk=own.pk).exists()
    chosen = {"action": "delete_selected", "_selected_action": [foreign.pk], "post": "yes"}
    client.post("/admin/events/apikey/", chosen)
    assert ApiKey.objects.filter(pk=foreign.pk).exists()


def test_a_key_that_a_policy_names_is_not_deleted_by_its_user(people: Roles) -> None:
    accounts.issue_key(people["artist"], "mine")
    own = ApiKey.objects.get()
    TopicPolicy.objects.create(verb="dispatch", topic="chat.*", allows=False, key=own)
    viewer(people["artist"]).post(f"/admin/events/apikey/{own.pk}/delete/", {"post": "yes"})
    assert TopicPolicy.objects.filter(key=own).exists()


def test_who_may_only_look_makes_none_for_others_and_rotates_none(people: Roles) -> None:
    accounts.issue_key(people["service"], "first")
    key = ApiKey.objects.get()
    people["manager"].is_staff = True
    people["manager"].save()
    people["manager"].user_permissions.add(Permission.objects.get(codename="view_apikey"))
    client = Client()
    client.force_login(people["manager"])
    assert client.get("/admin/events/apikey/").status_code == 200
    assert client.post(f"/admin/events/apikey/{key.pk}/rotate/").status_code == 403
    client.post("/admin/events/apikey/add/", {"user": people["service"].pk, "name": "x", "wait_seconds": "0"})
    assert ApiKey.objects.get(name="x").user == people["manager"]
    assert "Rotate" not in client.get(f"/admin/events/apikey/{key.pk}/change/").content.decode()
    assert list(people["service"].apikeys.values_list("pk", "expires_at")) == [(key.pk, None)]


def test_what_was_done_to_a_key_is_on_record(admin: Client, people: Roles) -> None:
    secret = made(admin, people, topics="ftrack.*")
    admin.post(f"/admin/events/apikey/{ApiKey.objects.get().pk}/delete/", {"post": "yes"})
    found = Event.objects.filter(topic__startswith="audit.key.").order_by("creation_order")
    assert [(each.topic, each.user, each.summary["from"]) for each in found] == [
        ("audit.key.created", "admin", "127.0.0.1"),
        ("audit.key.deleted", "admin", "127.0.0.1"),
    ]
    assert found[0].summary["after"]["topics"] == ["ftrack.*"]
    assert secret not in str(found.values_list("summary"))


@pytest.mark.parametrize("given", ["2040-01-31T14:00", "2040-01-31T14:00:00Z", "2040-01-31T16:00:00+02:00"])
def test_the_end_of_a_key_is_a_moment_in_utc(admin: Client, people: Roles, settings: Any, given: str) -> None:
    settings.TIME_ZONE = "America/New_York"
    made(admin, people, expires_at=given)
    key = ApiKey.objects.get()
    assert key.expires_at == datetime(2040, 1, 31, 14, tzinfo=UTC)
    form = admin.get(f"/admin/events/apikey/{key.pk}/change/").text
    assert 'value="2040-01-31T14:00:00Z"' in form
    assert 'title="2040-01-31 14:00:00.000 UTC"' in admin.get("/admin/events/apikey/").text


def test_an_end_that_is_no_moment_is_refused(admin: Client, people: Roles) -> None:
    given = {"user": people["service"].pk, "name": "ftrack", "wait_seconds": "0", "expires_at": "tomorrow"}
    page = admin.post("/admin/events/apikey/add/", given)
    assert "expires_at" in page.context["adminform"].form.errors
    assert not ApiKey.objects.exists()
