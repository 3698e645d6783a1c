from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from events import accounts
from events.models import ProjectGrant
from tests.api.calls import client_with_token
from tests.conftest import Roles


@pytest.fixture
def artist(people: Roles) -> User:
    """Somebody of whom everything is known."""
    user = people["artist"]
    user.first_name, user.last_name, user.email = "Maya", "Ray", "maya@example.com"
    user.save()
    lighting = Group.objects.create(name="lighting")
    user.groups.add(lighting)
    ProjectGrant.objects.create(project="beta", group=lighting)
    accounts.issue_key(user, "laptop", "abcd" * 8)
    return user


def whole(artist: User) -> dict[str, Any]:
    """Return what the wire says of the artist."""
    return {
        "name": "artist",
        "attrib": {"fullName": "Maya Ray", "email": "maya@example.com"},
        "ownAttrib": ["fullName", "email"],
        "data": {
            "isAdmin": False,
            "isManager": False,
            "isService": False,
            "isGuest": False,
            "accessGroups": {"alpha": [], "beta": ["lighting"]},
            "defaultAccessGroups": [],
            "hasPassword": True,
            "apiKeyPreview": "abcd",
        },
        "active": True,
        "createdAt": artist.date_joined.isoformat(),
        "updatedAt": artist.date_joined.isoformat(),
    }


@pytest.mark.parametrize("path", ["/api/users/me", "/api/users/artist"])
def test_a_user_sees_all_of_himself(artist: User, path: str) -> None:
    answer = client_with_token("artist", "artist").get(path)
    assert (answer.status_code, answer.json()) == (200, whole(artist))


@pytest.mark.parametrize("role", ["admin", "manager", "service"])
def test_managers_see_all_of_everybody(api_as: Callable[[str], Client], artist: User, role: str) -> None:
    assert api_as(role).get("/api/users/artist").json() == whole(artist)


def test_the_others_see_the_name(api_as: Callable[[str], Client], artist: User) -> None:
    answer = api_as("guest").get("/api/users/artist")
    assert (answer.status_code, answer.json()) == (200, {"name": "artist", "attrib": {"fullName": "Maya Ray"}})


@pytest.mark.parametrize("name", ["nobody", "Artist", "a%00b", "%ED%A0%BD", "a" * 10_000])
def test_nobody_is_not_found(api_as: Callable[[str], Client], name: str) -> None:
    for role in ("service", "guest"):
        answer = api_as(role).get(f"/api/users/{name}")
        assert (answer.status_code, answer.json()) == (404, {"code": 404, "detail": "User not found"})


def test_a_disabled_user_is_shown_as_such(api: Client, artist: User) -> None:
    User.objects.filter(pk=artist.pk).update(is_active=False)
    assert api.get("/api/users/artist").json() == whole(artist) | {"active": False}


def test_a_service_that_speaks_for_a_user_is_that_user(api: Client, artist: User) -> None:
    assert api.get("/api/users/me", headers={"X-as-user": "artist"}).json() == whole(artist)
    assert set(api.get("/api/users/guest", headers={"X-as-user": "artist"}).json()) == {"name", "attrib"}


@pytest.mark.parametrize("kind", ["isAdmin", "isManager", "isService", "isGuest"])
@pytest.mark.parametrize("role", ["admin", "manager", "service", "artist", "guest"])
def test_the_roles_are_told(api_as: Callable[[str], Client], role: str, kind: str) -> None:
    who = {"isManager": ("admin", "manager", "service")}.get(kind, (kind.removeprefix("is").lower(),))
    assert api_as(role).get("/api/users/me").json()["data"][kind] is (role in who)


def test_a_client_finds_out_what_its_credential_is(people: Roles) -> None:
    key = accounts.issue_key(people["service"], "tests")
    for headers, status in (
        ({"Authorization": f"Bearer {key}"}, 401),
        ({"X-Api-Key": key}, 200),
        ({"Authorization": f"ApiKey {key}"}, 200),
        ({"X-Api-Key": "nobody"}, 401),
        ({}, 401),
    ):
        answer = Client(headers=headers).get("/api/users/me")
        assert answer.status_code == status
        assert answer.headers.get("WWW-Authenticate") == (None if status == 200 else "ApiKey")
    assert answer.json() == {"code": 401, "detail": "Access token is missing"}


def test_attributes_are_those_of_users(api_as: Callable[[str], Client]) -> None:
    answer = api_as("guest").get("/api/attributes")
    found = answer.json()["attributes"]
    assert [(each["name"], each["scope"], each["position"], each["builtin"]) for each in found] == [
        ("fullName", ["user"], 0, True),
        ("email", ["user"], 1, True),
    ]
    assert found[0]["data"] == {"type": "string", "title": "Full name", "default": None}
    assert Client().get("/api/attributes").status_code == 401
