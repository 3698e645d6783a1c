"""Ten wrong logins of one name from one address, a hundred of either with all of the others, and no more."""

from typing import Any

import pytest
from django.test import Client

from events import throttle
from events.models import AccessToken
from tests.api.calls import call, post
from tests.conftest import Roles

RIGHT, WRONG = {"name": "artist", "password": "artist"}, {"name": "artist", "password": "wrong"}
DAYS = 2 * 24 * 3600
ADMIN = {"name": "admin", "password": "admin"}


@pytest.fixture(autouse=True)
def ten_a_day(settings: Any) -> None:
    """As many as usual, in a window that does not end while a test runs."""
    assert settings.EVENTS_LOGIN_RATE == "10/minute"
    settings.EVENTS_LOGIN_RATE = "10/day"


def guess(client: Client, name: str = "artist", times: int = 10) -> None:
    wrong = {"name": name, "password": "wrong"}
    assert [post(client, "/api/auth/login", wrong)[0] for _ in range(times)] == [403] * times


@pytest.fixture
def guesser(people: Roles) -> Client:
    """Somebody who has been wrong ten times about the artist."""
    client = Client(REMOTE_ADDR="10.0.0.1")
    guess(client)
    return client


@pytest.mark.parametrize("body", [WRONG, RIGHT])
def test_who_was_wrong_too_often_must_wait(guesser: Client, body: dict[str, str]) -> None:
    status, answer, headers = call(guesser, "POST", "/api/auth/login", body)
    assert (status, answer["code"], answer["detail"]) == (429, 429, "Too many requests")
    assert 1 <= int(headers["Retry-After"]) <= DAYS
    assert not AccessToken.objects.exists()


def test_the_same_name_gets_in_from_another_address(guesser: Client) -> None:
    assert post(Client(REMOTE_ADDR="10.0.0.2"), "/api/auth/login", RIGHT)[0] == 200


def test_another_name_gets_in_from_the_same_address(guesser: Client) -> None:
    assert post(guesser, "/api/auth/login", ADMIN)[0] == 200


def test_a_name_that_is_guessed_from_everywhere_must_wait(people: Roles) -> None:
    for number in range(10):
        guess(Client(REMOTE_ADDR=f"10.0.1.{number}"))
    assert post(Client(REMOTE_ADDR="10.0.2.1"), "/api/auth/login", RIGHT)[0] == 429
    assert post(Client(REMOTE_ADDR="10.0.2.1"), "/api/auth/login", ADMIN)[0] == 200


def test_an_address_that_guesses_all_names_must_wait(people: Roles) -> None:
    client = Client(REMOTE_ADDR="10.0.0.1")
    for number in range(10):
        guess(client, f"guess{number}")
    assert post(client, "/api/auth/login", RIGHT)[0] == 429
    assert post(Client(REMOTE_ADDR="10.0.0.2"), "/api/auth/login", RIGHT)[0] == 200


def test_all_addresses_of_a_home_count_as_one(people: Roles) -> None:
    for number in range(10):
        guess(Client(REMOTE_ADDR=f"2001:db8:0:1::{number}"), times=1)
    assert post(Client(REMOTE_ADDR="2001:db8:0:1:a:b:c:d"), "/api/auth/login", RIGHT)[0] == 429
    assert post(Client(REMOTE_ADDR="2001:db8:0:2::1"), "/api/auth/login", RIGHT)[0] == 200


def test_ipv4_on_a_socket_of_ipv6_is_ipv4(people: Roles) -> None:
    guess(Client(REMOTE_ADDR="::ffff:10.0.0.1"))
    assert post(Client(REMOTE_ADDR="10.0.0.1"), "/api/auth/login", RIGHT)[0] == 429
    assert post(Client(REMOTE_ADDR="::ffff:10.0.0.2"), "/api/auth/login", RIGHT)[0] == 200


def test_without_an_address_names_are_counted(people: Roles) -> None:
    nowhere = Client(REMOTE_ADDR="")
    guess(nowhere)
    assert post(nowhere, "/api/auth/login", RIGHT)[0] == 429
    assert post(nowhere, "/api/auth/login", ADMIN)[0] == 200


def test_what_cannot_be_a_password_counts_too(people: Roles) -> None:
    client = Client(REMOTE_ADDR="10.0.0.1")
    for password in ("x" * 5_000, "NUL \0") * 5:
        assert post(client, "/api/auth/login", {"name": "artist", "password": password})[0] == 403
    assert post(client, "/api/auth/login", RIGHT)[0] == 429


def test_the_viewer_counts_with_it(guesser: Client) -> None:
    page = guesser.post("/admin/login/", {"username": "artist", "password": "artist"})
    assert (page.status_code, "Too many attempts" in page.content.decode()) == (429, True)
    assert 1 <= int(page["Retry-After"]) <= DAYS
    assert guesser.post("/admin/login/", {"username": "admin", "password": "admin"}).status_code == 302


def test_wrong_logins_in_the_viewer_count_over_rest(people: Roles) -> None:
    client = Client(REMOTE_ADDR="10.0.0.3")
    pages = [client.post("/admin/login/", {"username": "artist", "password": "wrong"}) for _ in range(10)]
    assert {page.status_code for page in pages} == {200}
    status, _, headers = call(client, "POST", "/api/auth/login", RIGHT)
    assert (status, int(headers["Retry-After"]) > 0) == (429, True)


def test_after_the_minute_it_goes_on(guesser: Client) -> None:
    throttle.forget()  # what the end of the minute does
    assert post(guesser, "/api/auth/login", RIGHT)[0] == 200


def test_logins_that_are_right_do_not_count(people: Roles) -> None:
    assert [post(Client(), "/api/auth/login", RIGHT)[0] for _ in range(12)] == [200] * 12


def test_a_bad_credential_is_no_wrong_login(people: Roles) -> None:
    """AYON's Python client asks with an API key in the place of a token at every start."""
    prober = Client(headers={"Authorization": f"Bearer {'x' * 64}"})
    assert [prober.get("/api/users/me").status_code for _ in range(12)] == [401] * 12
    assert post(Client(), "/api/auth/login", RIGHT)[0] == 200
