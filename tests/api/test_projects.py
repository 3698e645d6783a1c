from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from events.models import Event, ProjectGrant
from tests.conftest import Roles
from tests.factories import make_event


@pytest.fixture
def shows(people: Roles) -> dict[str, list[Event]]:
    """Two events of each of three projects, and some of none."""
    return {name: [make_event(project=name) for _ in range(2)] for name in ("gamma", "alpha", "beta")} | {
        "none": [make_event()]
    }


def names(client: Client, query: str = "") -> list[str]:
    found: dict[str, Any] = client.get(f"/api/projects{query}").json()
    assert (found["count"], found["detail"]) == (len(found["projects"]), f"{len(found['projects'])} projects")
    return [project["name"] for project in found["projects"]]


def test_a_project_is_as_old_as_its_oldest_event(api: Client, shows: dict[str, list[Event]]) -> None:
    first, last = shows["alpha"]
    Event.objects.filter(pk=first.pk).update(created_at=first.created_at - timedelta(days=9))
    listed = api.get("/api/projects").json()["projects"][0]
    assert listed == {
        "name": "alpha",
        "code": "alpha",
        "label": None,
        "color": None,
        "active": True,
        "library": False,
        "skeleton": False,
        "pinned": False,
        "projectFolder": None,
        "createdAt": (first.created_at - timedelta(days=9)).isoformat(),
        "updatedAt": last.created_at.isoformat(),
    }
    answer = api.get("/api/projects/alpha")
    assert (answer.status_code, answer.json()) == (200, listed | {"attrib": {}, "ownAttrib": [], "data": {}})


def test_a_grant_makes_a_project_known(api: Client, people: Roles) -> None:
    ProjectGrant.objects.create(project="zeta", user=people["guest"])
    assert names(api) == ["alpha", "zeta"]
    project = api.get("/api/projects/zeta").json()
    assert (project["name"], project["createdAt"], project["updatedAt"]) == ("zeta", None, None)


@pytest.mark.parametrize("role", ["admin", "manager", "service"])
def test_managers_see_all_projects(api_as: Callable[[str], Client], shows: object, role: str) -> None:
    assert names(api_as(role)) == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize("role", ["artist", "guest"])
def test_the_others_see_those_granted(api_as: Callable[[str], Client], people: Roles, shows: object, role: str) -> None:
    client = api_as(role)
    assert names(client) == ["alpha"]
    assert client.get("/api/projects/alpha").status_code == 200
    missing = {"code": 404, "detail": "Project not found"}
    for name in ("beta", "nowhere"):
        answer = client.get(f"/api/projects/{name}")
        assert (answer.status_code, answer.json()) == (404, missing)
    lighting = Group.objects.create(name="lighting")
    people[role].groups.add(lighting)
    ProjectGrant.objects.create(project="beta", group=lighting)
    assert names(client) == ["alpha", "beta"]


@pytest.mark.parametrize("name", ["nowhere", "a%00b", "%ED%A0%BD", "a" * 10_000, "Alpha"])
def test_what_is_no_project_is_not_found(api: Client, shows: object, name: str) -> None:
    answer = api.get(f"/api/projects/{name}")
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "detail": "Project not found"})


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?active=true", ["alpha"]),
        ("?active=True", ["alpha"]),
        ("?active=", ["alpha"]),
        ("?active=false", []),
        ("?library=false", ["alpha"]),
        ("?library=true", []),
        ("?active=true&library=1", []),
    ],
)
def test_projects_are_active_and_no_libraries(api: Client, people: Roles, query: str, expected: list[str]) -> None:
    assert names(api, query) == expected


def test_a_flag_is_true_or_false(api: Client) -> None:
    answer = api.get("/api/projects?active=perhaps")
    assert (answer.status_code, answer.json()["traceback"]) == (400, "active: expected true or false")


def test_nobody_sees_projects(db: None) -> None:
    assert Client().get("/api/projects").status_code == 401
    assert Client().get("/api/projects/alpha").status_code == 401


def test_more_events_take_no_more_queries(
    api: Client, shows: object, settings: Any, django_assert_num_queries: Callable[..., Any]
) -> None:
    settings.EVENTS_CREDENTIAL_CACHE_SECONDS = 60.0
    for _ in range(20):
        make_event(project="beta")
    names(api)
    with django_assert_num_queries(5):  # one for each project, one that finds no more, one for the grants
        assert names(api) == ["alpha", "beta", "gamma"]
