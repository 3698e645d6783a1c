"""Ten wrong logins a minute, and no more."""

import pytest
from django.test import Client

from events import throttle
from events.models import AccessToken
from tests.api.calls import call, post
from tests.conftest import Roles

RIGHT, WRONG = {"name": "artist", "password": "artist"}, {"name": "artist", "password": "wrong"}


@pytest.fixture
def guesser(people: Roles) -> Client:
    """Somebody who has been wrong ten times, about ten names."""
    client = Client(REMOTE_ADDR="10.0.0.1")
    guesses = [{"name": f"guess{number}", "password": "wrong"} for number in range(10)]
    assert [post(client, "/api/auth/login", guess)[0] for guess in guesses] == [403] * 10
    return client


@pytest.mark.parametrize("body", [WRONG, RIGHT])
def test_who_was_wrong_too_often_must_wait(guesser: Client, body: dict[str, str]) -> None:
    status, answer, headers = call(guesser, "POST", "/api/auth/login", body)
    assert (status, answer["code"], answer["detail"]) == (429, 429, "Too many requests")
    assert 1 <= int(headers["Retry-After"]) <= 120
    assert not AccessToken.objects.exists()


def test_a_name_that_is_guessed_from_everywhere_must_wait_too(people: Roles) -> None:
    for number in range(10):
        assert post(Client(REMOTE_ADDR=f"10.0.1.{number}"), "/api/auth/login", WRONG)[0] == 403
    assert post(Client(REMOTE_ADDR="10.0.2.1"), "/api/auth/login", RIGHT)[0] == 429
    assert post(Client(REMOTE_ADDR="10.0.2.1"), "/api/auth/login", {"name": "admin", "password": "admin"})[0] == 200


def test_the_viewer_counts_with_it(guesser: Client) -> None:
    page = guesser.post("/admin/login/", {"username": "admin", "password": "admin"})
    assert (page.status_code, "Too many attempts" in page.content.decode()) == (429, True)
    assert 1 <= int(page["Retry-After"]) <= 120
    assert "_auth_user_id" not in guesser.session


def test_wrong_logins_in_the_viewer_count_over_rest(people: Roles) -> None:
    client = Client(REMOTE_ADDR="10.0.0.3")
    pages = [client.post("/admin/login/", {"username": "artist", "password": "wrong"}) for _ in range(10)]
    assert {page.status_code for page in pages} == {200}
    status, _, headers = call(client, "POST", "/api/auth/login", RIGHT)
    assert (status, int(headers["Retry-After"]) > 0) == (429, True)


def test_after_the_minute_it_goes_on(guesser: Client) -> None:
    throttle.forget()  # what the end of the minute does
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
