"""What somebody learns who guesses: that he is wrong. A name that there is takes the same work as any other."""

import secrets
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events import accounts, throttle
from events.errors import CredentialInvalid
from tests.api.calls import post
from tests.conftest import Roles

hashed: list[str] = []
"""The salt of each password that was hashed."""


class CountingHasher(MD5PasswordHasher):
    """Counts what takes the time of a login: nothing else in it takes milliseconds."""

    algorithm = "counting"

    def encode(self, password: str, salt: str) -> str:
        hashed.append(salt)
        return super().encode(password, salt)


@pytest.fixture
def accounts_of_all_kinds(people: Roles, settings: Any) -> None:
    """The artist, somebody who was disabled, and the service, which has no password."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    for name in ("artist", "guest"):
        people[name].set_password("right")
        people[name].save()
    User.objects.filter(username="guest").update(is_active=False)
    settings.EVENTS_LOGIN_RATE = ""


@pytest.mark.parametrize("door", ["REST", "viewer"])
def test_a_wrong_login_takes_the_same_work_whatever_is_wrong(accounts_of_all_kinds: None, door: str) -> None:
    work, answers = [], []
    for name in ("nobody", "artist", "guest", "service"):
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            answers.append(_log_in(door, name))
        work.append((len(hashed), [each["sql"].split(" ")[0] for each in queries]))
    assert work == [work[0]] * 4
    assert work[0][0] == 1
    assert answers == [answers[0]] * 4


def _log_in(door: str, name: str) -> tuple[int, str]:
    if door == "REST":
        status, answer = post(Client(), "/api/auth/login", {"name": name, "password": "wrong"})
        return status, answer["detail"]
    page = Client().post("/admin/login/", {"username": name, "password": "wrong"})
    return page.status_code, str(page.context["form"].errors)


def test_ten_thousand_wrong_keys_let_nobody_in_and_leave_nothing(people: Roles) -> None:
    right = accounts.issue_key(people["service"], "right")
    for _ in range(10_000):
        with pytest.raises(CredentialInvalid):
            accounts.actor_for_key(secrets.token_hex(16))
    assert not accounts._known._actors  # noqa: SLF001 - what it remembers is nobody else's affair
    assert accounts.actor_for_key(right).name == "service"


@pytest.mark.parametrize("change", ["begin", "middle", "end", "case", "short", "long"])
def test_a_key_that_is_nearly_right_is_looked_up_like_any_other(people: Roles, change: str) -> None:
    """By its digest, which nobody can come near to step by step."""
    right = accounts.issue_key(people["service"], "right", "0a" * 16)
    nearly = {
        "begin": "1" + right[1:],
        "middle": right[:16] + "f" + right[17:],
        "end": right[:-1] + "b",
        "case": right.upper(),
        "short": right[:-1],
        "long": right + "0",
    }[change]
    questions = []
    for key in (nearly, secrets.token_hex(16)):
        with CaptureQueriesContext(connection) as queries, pytest.raises(CredentialInvalid, match="Invalid API key"):
            accounts.actor_for_key(key)
        (question,) = queries.captured_queries
        assert key not in question["sql"]
        questions.append(question["sql"].partition("WHERE")[0])
    assert questions[0] == questions[1]


def test_guessing_keys_does_not_keep_their_user_from_logging_in(people: Roles, settings: Any) -> None:
    settings.EVENTS_LOGIN_RATE = "10/minute"
    throttle.forget()
    for _ in range(20):
        assert Client(headers={"X-Api-Key": secrets.token_hex(16)}).get("/api/users/me").status_code == 401
    assert post(Client(), "/api/auth/login", {"name": "artist", "password": "artist"})[0] == 200
