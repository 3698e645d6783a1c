"""What the pages of users and groups say about rights, held against the access rules."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from events import access, accounts
from events.actor import Actor
from events.admin import rights
from events.models import ApiKey, ProjectGrant, TopicPolicy
from events.policies import Verb
from tests.admin.viewing import browser
from tests.conftest import Roles

USERS, GROUPS = "/admin/auth/user/", "/admin/auth/group/"


@pytest.fixture
def admin(people: Roles) -> Client:
    return browser(people["admin"])


def may(actor: Actor, verb: Verb) -> bool:
    """Tell whether the access rules let the actor do anything of the kind."""
    own = {"topic": "test.event", "project": "alpha", "user": actor.name}
    about = {"topic": "activity.created", "project": "alpha"}
    match verb:
        case Verb.DISPATCH | Verb.PUBLISH:
            return access.may_dispatch(actor, **about, store=verb == Verb.DISPATCH)
        case Verb.READ:
            return access.may_read(actor, **own)
        case Verb.RECEIVE:
            return access.may_receive(actor, **about, user=None, recipients=None)
        case Verb.UPDATE:
            return access.may_update(actor, **own)
        case Verb.ENROLL:
            return access.may_enroll(actor, target_topic="test.job")
        case Verb.OPERATE:
            return access.may_operate(actor, **about, user=None)


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("name", ["admin", "manager", "service", "artist", "guest"])
def test_the_words_say_no_where_the_rules_do(people: Roles, name: str, verb: Verb) -> None:
    duties = rights.rights_of_user(people[name]).duties
    words = {duty.name: duty.by_role for duty in duties}[rights.DUTIES[verb]]
    assert (words != rights.NOTHING) == may(accounts.actor_of(people[name]), verb)


def test_what_is_kept_from_reading_is_kept_from_operating(people: Roles) -> None:
    TopicPolicy.objects.create(verb="read", topic="secret.*", allows=False)
    refused = {duty.name: duty.refused for duty in rights.rights_of_user(people["service"]).duties}
    assert refused[rights.DUTIES[Verb.OPERATE]] == ["secret.* (everybody)"]
    assert refused[rights.DUTIES[Verb.UPDATE]] == []


def test_every_role_has_words() -> None:
    assert set(rights.ROLES) == {"admin", "manager", "service", "user", "guest"}
    assert {role for words in rights.BY_ROLE.values() for role in words} <= set(rights.ROLES)


def rows(page: str) -> dict[str, list[str]]:
    """Return the table of the page, by its first column."""
    found = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', page)
    return {name: list(cells) for name, *cells in found}


def test_the_page_of_a_role_tells_policies_and_projects(admin: Client, people: Roles) -> None:
    guests = Group.objects.get(name="guest")
    TopicPolicy.objects.create(verb="dispatch", topic="log.*", allows=False)
    TopicPolicy.objects.create(verb="publish", topic="chat.*", allows=True, role="guest")
    TopicPolicy.objects.create(verb="publish", topic="other.*", allows=True, role="user")
    ProjectGrant.objects.create(project="gamma", group=guests)
    page = admin.get(f"{GROUPS}{guests.pk}/change/").text
    table = rows(page)
    assert table["Tell others, without storing"] == ["no", "chat.* (guests)", "log.* (everybody)"]
    assert table["Dispatch events"] == ["no", "", "log.* (everybody)"]
    assert table["Hear of events as they happen"][0].startswith("activity.created, ")
    assert "Projects: gamma." in page
    assert rights.ROLES["guest"] in page
    assert rights.ROLES["guest"] in admin.get(GROUPS).text


def test_the_page_of_another_group_tells_what_it_shares(admin: Client) -> None:
    group = Group.objects.create(name="compositing")
    TopicPolicy.objects.create(verb="read", topic="secret.*", allows=False, group=group)
    page = admin.get(f"{GROUPS}{group.pk}/change/").text
    for name in ("Read and list events", "Hear of events as they happen"):
        assert rows(page)[name] == ["as their role", "", "secret.* (group compositing)"]
    assert "Projects: none were granted." in page


def test_the_page_of_a_user_tells_role_and_projects(admin: Client, people: Roles) -> None:
    page = admin.get(f"{USERS}{people['artist'].pk}/change/").text
    assert rows(page)["Change events"][0] == "his own, in granted projects"
    assert "Projects: alpha." in page
    assert "Projects: all." in admin.get(f"{USERS}{people['manager'].pk}/change/").text


def test_groups_that_are_roles_keep_their_names_and_stay(admin: Client, people: Roles) -> None:
    manager = Group.objects.get(name="manager")
    admin.post(f"{GROUPS}{manager.pk}/change/", {"name": "boss"})
    assert admin.post(f"{GROUPS}{manager.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(manager.pk), "post": "yes"}
    admin.post(GROUPS, chosen)
    assert Group.objects.filter(name="manager").exists()


def test_no_form_lists_all_users_or_keys(admin: Client, people: Roles) -> None:
    User.objects.bulk_create(User(username=f"user {number}") for number in range(500))
    accounts.issue_key(people["service"], "tests")
    key = ApiKey.objects.get()
    TopicPolicy.objects.create(verb="read", topic="a.*", allows=False, key=key)
    for path in ("projectgrant/add/", "topicpolicy/add/", "apikey/add/", "apikey/", "topicpolicy/", "projectgrant/"):
        page = admin.get(f"/admin/events/{path}").text
        assert "user 300" not in page
        assert page.count("<option") < 60
    found = admin.get("/admin/autocomplete/", AUTOCOMPLETE | {"term": "user 333"}).json()
    assert [each["text"] for each in found["results"]] == ["user 333"]


AUTOCOMPLETE = {"app_label": "events", "model_name": "projectgrant", "field_name": "user"}
