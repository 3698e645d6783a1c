import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from events import accounts
from events.models import ProjectGrant
from tests.graphql.asking import data, refusal

WHOLE = """query ($name: String!) { user(name: $name) {
  name active createdAt updatedAt accessGroups defaultAccessGroups isAdmin isManager isService isGuest hasPassword
  apiKeyPreview allAttrib
} }"""
LIST = """query ($names: [String!], $emails: [String!], $projectName: String, $first: Int, $after: String, $last: Int) {
  users(names: $names, emails: $emails, projectName: $projectName, first: $first, after: $after, last: $last) {
    edges { node { name } cursor }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""


def names(api: Client, **arguments: object) -> list[str]:
    return [edge["node"]["name"] for edge in data(api, LIST, **arguments)["users"]["edges"]]


def test_a_user_has_all_fields(api: Client, people: dict[str, User]) -> None:
    artist = people["artist"]
    User.objects.filter(pk=artist.pk).update(first_name="Maya", last_name="Ray", email="maya@example.com")
    lighting = Group.objects.create(name="lighting")
    artist.groups.add(lighting)
    for project in ("alpha", "beta"):
        ProjectGrant.objects.create(project=project, group=lighting)
    accounts.issue_key(artist, "laptop", "abcd" * 8)
    user = data(api, WHOLE, name="artist")["user"]
    assert json.loads(user.pop("accessGroups")) == {"alpha": ["lighting"], "beta": ["lighting"]}
    assert json.loads(user.pop("allAttrib")) == {"fullName": "Maya Ray", "email": "maya@example.com"}
    assert user == {
        "name": "artist",
        "active": True,
        "createdAt": artist.date_joined.isoformat(),
        "updatedAt": artist.date_joined.isoformat(),
        "defaultAccessGroups": [],
        "isAdmin": False,
        "isManager": False,
        "isService": False,
        "isGuest": False,
        "hasPassword": True,
        "apiKeyPreview": "abcd",
    }


def test_a_list_says_the_same_of_a_user(api: Client) -> None:
    one = data(api, WHOLE, name="guest")["user"]
    fields = " ".join(one)
    [edge] = data(api, f'{{ users(names: ["guest"]) {{ edges {{ node {{ {fields} }} }} }} }}')["users"]["edges"]
    assert edge["node"] == one


@pytest.mark.parametrize("role", ["admin", "manager", "service", "artist", "guest"])
def test_the_roles_are_those_of_the_access_rules(api: Client, people: dict[str, User], role: str) -> None:
    people["guest"].groups.add(Group.objects.get(name="manager"))
    actor = accounts.actor_named(role)
    user = data(api, WHOLE, name=role)["user"]
    told = [user[f"is{kind}"] for kind in ("Admin", "Manager", "Service", "Guest")]
    assert told == [actor.is_admin, actor.is_manager, actor.is_service, actor.is_guest]


def test_a_service_has_no_password_and_is_asked_for_by_me(api: Client) -> None:
    assert data(api, "{ me { name isService hasPassword } }")["me"] == {
        "name": "service",
        "isService": True,
        "hasPassword": False,
    }


def test_users_are_found_by_name_and_email(api: Client, people: dict[str, User]) -> None:
    User.objects.filter(username="artist").update(email="maya@example.com")
    assert names(api, names=["manager", "artist", "nobody", "\u0000"]) == ["artist", "manager"]
    assert names(api, emails=["maya@example.com", "\u0000"]) == ["artist"]
    assert names(api, names=["manager"], emails=["maya@example.com"]) == []
    assert (names(api, names=[]), names(api, emails=[])) == ([], [])


def test_users_are_found_by_the_project_that_they_may_see(api: Client, people: dict[str, User]) -> None:
    lighting = Group.objects.create(name="lighting")
    lighting.user_set.add(people["guest"])
    ProjectGrant.objects.create(project="beta", group=lighting)
    assert names(api, projectName="alpha") == ["admin", "artist", "guest", "manager", "service"]
    assert names(api, projectName="beta") == ["admin", "guest", "manager", "service"]
    assert names(api, projectName="\u0000") == ["admin", "manager", "service"]


def test_a_guest_among_the_managers_does_not_see_all_projects(api: Client, people: dict[str, User]) -> None:
    people["guest"].groups.add(Group.objects.get(name="manager"))
    assert names(api, projectName="gamma") == ["admin", "manager", "service"]


def test_users_come_in_pages(api: Client, people: dict[str, User]) -> None:
    first = data(api, LIST, first=2)["users"]
    assert [edge["node"]["name"] for edge in first["edges"]] == ["admin", "artist"]
    assert first["pageInfo"]["hasNextPage"] is True
    assert names(api, after=first["pageInfo"]["endCursor"]) == ["guest", "manager", "service"]
    assert names(api, last=2) == ["service", "manager"]
    assert refusal(api, LIST, after="WzEyM10=")[0].startswith("after: expected a cursor")


def test_more_users_take_no_more_queries(
    api: Client, people: dict[str, User], django_assert_num_queries: Callable[..., Any], settings: Any
) -> None:
    settings.EVENTS_CREDENTIAL_CACHE_SECONDS = 60.0
    for number in range(20):
        User.objects.create_user(f"user{number}").groups.add(Group.objects.get(name="guest"))
    data(api, WHOLE, name="guest")
    with django_assert_num_queries(5):
        assert len(names(api)) == 25
