"""Ten wrong logins a minute, and no more."""

import pytest
from django.core.cache import cache
from django.test import Client

from events.models import AccessToken
from tests.api.calls import call, post
from tests.conftest import Roles

RIGHT, WRONG = {"name": "artist", "password": "artist"}, {"name": "artist", "password": "wrong"}


@pytest.fixture
def guesser(people: Roles) -> Client:
    """Somebody who has been wrong ten times."""
    client = Client(REMOTE_ADDR="10.0.0.1")
    assert [post(client, "/api/auth/login", WRONG)[0] for _ in range(10)] == [403] * 10
    return client


@pytest.mark.parametrize("body", [WRONG, RIGHT])
def test_who_was_wrong_too_often_must_wait(guesser: Client, body: dict[str, str]) -> None:
    status, answer, headers = call(guesser, "POST", "/api/auth/login", body)
    assert (status, answer) == (503, {"code": 503, "detail": "Too many failed logins, try again later"})
    assert headers["Retry-After"] == "60"
    assert not AccessToken.objects.exists()


def test_after_the_minute_it_goes_on(guesser: Client) -> None:
    cache.clear()  # what the end of the minute does
    assert post(guesser, "/api/auth/login", RIGHT)[0] == 200


def test_another_address_is_not_concerned(guesser: Client) -> None:
    assert post(Client(REMOTE_ADDR="10.0.0.2"), "/api/auth/login", RIGHT)[0] == 200


def test_logins_that_are_right_do_not_count(people: Roles) -> None:
    assert [post(Client(), "/api/auth/login", RIGHT)[0] for _ in range(12)] == [200] * 12


def test_a_bad_credential_is_no_wrong_login(people: Roles) -> None:
    """AYON's Python client asks with an API key in the place of a token at every start."""
    prober = Client(headers={"Authorization": f"Bearer {'x' * 64}"})
    assert [prober.get("/api/users/me").status_code for _ in range(12)] == [401] * 12
    assert post(Client(), "/api/auth/login", RIGHT)[0] == 200
