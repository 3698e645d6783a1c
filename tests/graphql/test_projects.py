from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events.models import ProjectGrant
from tests.factories import make_event
from tests.graphql.asking import data, refusal

ApiAs = Callable[[str], Client]
WHOLE = """query ($name: String!) { project(name: $name) {
  name code label active library skeleton createdAt updatedAt config data allAttrib ownAttrib
} }"""
LIST = """query ($name: String, $first: Int, $after: String, $last: Int, $before: String) {
  projects(name: $name, first: $first, after: $after, last: $last, before: $before) {
    edges { node { name } cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def listed(api: Client, **arguments: object) -> Any:
    return data(api, LIST, **arguments)["projects"]


def names(api: Client, **arguments: object) -> list[str]:
    return [edge["node"]["name"] for edge in listed(api, **arguments)["edges"]]


def test_a_project_is_what_its_events_say(api: Client) -> None:
    oldest, newest = (make_event(project="big_hero").created_at.isoformat() for _ in range(2))
    assert data(api, WHOLE, name="big_hero")["project"] == {
        "name": "big_hero",
        "code": "big_hero",
        "label": None,
        "active": True,
        "library": False,
        "skeleton": False,
        "createdAt": oldest,
        "updatedAt": newest,
        "config": "{}",
        "data": "{}",
        "allAttrib": "{}",
        "ownAttrib": [],
    }


def test_a_list_says_the_same_of_a_project(api: Client) -> None:
    make_event(project="big_hero")
    one = data(api, WHOLE, name="big_hero")["project"]
    query = f'{{ projects(name: "big_hero") {{ edges {{ node {{ {" ".join(one)} }} }} }} }}'
    assert data(api, query)["projects"]["edges"] == [{"node": one}]


def test_a_granted_project_needs_no_events(api: Client) -> None:
    project = data(api, WHOLE, name="alpha")["project"]
    assert (project["name"], project["createdAt"], project["updatedAt"]) == ("alpha", None, None)


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("admin", ["alpha", "beta"]),
        ("manager", ["alpha", "beta"]),
        ("service", ["alpha", "beta"]),
        ("artist", ["alpha"]),
        ("guest", ["alpha"]),
    ],
)
def test_projects_are_those_of_rest(api_as: ApiAs, role: str, seen: list[str]) -> None:
    make_event(project="beta")
    api = api_as(role)
    assert names(api) == seen
    assert [each["name"] for each in api.get("/api/projects").json()["projects"]] == seen
    for name in ("beta", "nothing", "\u0000"):
        if name in seen:
            assert data(api, WHOLE, name=name)["project"]["name"] == name
        else:
            assert refusal(api, WHOLE, name=name) == ("Project not found", "project_missing")


def test_projects_come_in_pages(api: Client, people: dict[str, User]) -> None:
    for name in ("delta", "beta", "gamma"):
        ProjectGrant.objects.create(project=name, user=people["artist"])
    first = listed(api, first=2)
    assert [edge["node"]["name"] for edge in first["edges"]] == ["alpha", "beta"]
    assert (first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (True, False)
    assert names(api, after=first["pageInfo"]["endCursor"]) == ["delta", "gamma"]
    last = listed(api, last=3)
    assert [edge["node"]["name"] for edge in last["edges"]] == ["gamma", "delta", "beta"]
    assert (last["pageInfo"]["hasNextPage"], last["pageInfo"]["hasPreviousPage"]) == (False, True)
    assert names(api, last=3, before=last["pageInfo"]["startCursor"]) == ["alpha"]
    assert names(api, name="beta") == ["beta"]
    assert names(api, name="nothing") == []
