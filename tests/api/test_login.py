from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from events.models import AccessToken
from tests.api.calls import client_with_token, post
from tests.conftest import Roles

LOGIN = {"name": "artist", "password": "artist"}


def test_a_login_answers_a_token_and_who_it_is(people: Roles) -> None:
    status, answer = post(Client(), "/api/auth/login", LOGIN)
    token = answer.pop("token")
    user: dict[str, Any] = answer.pop("user")
    assert (status, answer) == (200, {"detail": "Logged in as artist", "error": None, "redirectUrl": None})
    assert (len(token), int(token, 16) > 0, user["name"]) == (64, True, "artist")


@pytest.mark.parametrize("where", ["header", "query"])
def test_the_token_lets_in(people: Roles, where: str) -> None:
    token = post(Client(), "/api/auth/login", LOGIN)[1]["token"]
    client = Client(headers={"Authorization": f"Bearer {token}"} if where == "header" else {})
    answer = client.get("/api/events" if where == "header" else f"/api/events?token={token}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "guest"},
        {"password": ""},
        {"name": "nobody"},
        {"name": "artist\0"},
        {"name": "\ud83d"},
        {"password": "\ud83d"},
        {"password": "a" * 100_000},
    ],
)
def test_a_wrong_login_is_refused(people: Roles, wrong: dict[str, str]) -> None:
    status, answer = post(Client(), "/api/auth/login", LOGIN | wrong)
    assert (status, answer) == (403, {"code": 403, "detail": "Invalid login/password combination"})
    assert not AccessToken.objects.exists()


def test_a_disabled_user_is_refused(people: Roles) -> None:
    User.objects.filter(username="artist").update(is_active=False)
    assert post(Client(), "/api/auth/login", LOGIN)[0] == 403


@pytest.mark.parametrize("name", ["name", "password"])
@pytest.mark.parametrize("value", [None, 5, ["artist"]])
def test_name_and_password_are_texts(people: Roles, name: str, value: object) -> None:
    status, answer = post(Client(), "/api/auth/login", LOGIN | {name: value})
    assert (status, answer["errors"][0]["loc"]) == (400, [name])


def test_a_bad_credential_does_not_hinder_a_login(people: Roles) -> None:
    client = Client(headers={"Authorization": "Bearer " + "x" * 64, "X-Api-Key": "nobody"})
    assert post(client, "/api/auth/login", LOGIN)[0] == 200


def test_a_logout_ends_the_token(people: Roles) -> None:
    client, other = client_with_token("artist", "artist"), client_with_token("artist", "artist")
    assert post(client, "/api/auth/logout", None) == (200, {"detail": "Logged out"})
    answer = client.get("/api/events")
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "detail": "Invalid session"})
    assert other.get("/api/events").status_code == 200


def test_a_logout_ends_the_browsers_session(people: Roles) -> None:
    browser = Client()
    browser.force_login(people["artist"])
    assert browser.get("/api/events").status_code == 200
    assert post(browser, "/api/auth/logout", None) == (200, {"detail": "Logged out"})
    assert browser.get("/api/events").status_code == 401


def test_nobody_cannot_log_out(db: None) -> None:
    assert post(Client(), "/api/auth/logout", None) == (401, {"code": 401, "detail": "Access token is missing"})


def test_an_expired_token_is_refused(people: Roles) -> None:
    client = client_with_token("artist", "artist")
    AccessToken.objects.update(expires_at=timezone.now())
    assert client.get("/api/events").json() == {"code": 401, "detail": "Invalid session"}


def test_a_new_password_ends_the_tokens_of_the_old_one(people: Roles) -> None:
    artist, other = client_with_token("artist", "artist"), client_with_token("manager", "manager")
    people["artist"].set_password("another one")
    people["artist"].save()
    assert [client.get("/api/users/me").status_code for client in (artist, other)] == [401, 200]


def test_who_was_disabled_comes_back_without_the_old_tokens(people: Roles) -> None:
    artist = client_with_token("artist", "artist")
    for is_active in (False, True):
        people["artist"].is_active = is_active
        people["artist"].save()
    assert artist.get("/api/users/me").status_code == 401


def test_other_changes_of_a_user_leave_the_tokens(people: Roles) -> None:
    artist = client_with_token("artist", "artist")
    people["artist"].first_name = "Anna"
    people["artist"].save()
    assert artist.get("/api/users/me").status_code == 200
