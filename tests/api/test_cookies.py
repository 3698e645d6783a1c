import pytest
from django.test import Client

from events import accounts
from events.models import Event
from tests.api.calls import post
from tests.conftest import Roles


@pytest.mark.django_db
def test_a_session_cookie_with_a_control_character_is_nobodys(client: Client) -> None:
    client.cookies["sessionid"] = "\0bcdefghi"
    assert client.get("/api/events").status_code == 401


@pytest.fixture
def token(people: Roles) -> str:
    return accounts.log_in("manager", "manager")[0]


@pytest.fixture
def browser(token: str) -> Client:
    """A browser with a page that has put the token into the cookie, as AYON's does."""
    client = Client(enforce_csrf_checks=True)
    client.cookies["accessToken"] = token
    return client


def test_the_login_sets_no_cookie(people: Roles, client: Client) -> None:
    assert post(client, "/api/auth/login", {"name": "artist", "password": "artist"})[0] == 200
    assert client.cookies == {}


def test_a_token_in_the_cookie_may_read(browser: Client) -> None:
    assert browser.get("/api/users/me").json()["name"] == "manager"


@pytest.mark.parametrize("path", ["/api/events", "/graphql"])
def test_a_token_in_the_cookie_alone_changes_nothing(browser: Client, path: str) -> None:
    status, answer = post(browser, path, {"topic": "test.event", "query": "{ me { name } }"})
    assert (status, answer["code"], answer["detail"][:12]) == (403, 403, "CSRF Failed:")
    assert not Event.objects.exists()


def test_with_the_csrf_token_it_may(browser: Client) -> None:
    browser.cookies["csrftoken"] = csrf = "c" * 32
    assert post(browser, "/api/events", {"topic": "test.event"}, headers={"X-CSRFToken": csrf})[0] == 200
    assert Event.objects.get().user == "manager"


def test_who_sends_the_token_in_a_header_too_means_it(browser: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert post(browser, "/api/events", {"topic": "test.event"}, headers=headers)[0] == 200
    other = {"Authorization": f"Bearer {accounts.log_in('manager', 'manager')[0]}"}
    assert post(browser, "/api/events", {"topic": "test.event"}, headers=other)[0] == 403


def test_a_key_goes_before_the_cookie_and_the_cookie_before_the_rest(people: Roles, browser: Client) -> None:
    key = accounts.issue_key(people["service"], "tests")
    artist, _ = accounts.log_in("artist", "artist")
    browser.cookies["sessionid"] = "nobody"
    for query, headers, name in (
        ("", {"X-Api-Key": key}, "service"),
        ("", {"Authorization": f"ApiKey {key}"}, "service"),
        ("", {"Authorization": f"Bearer {artist}"}, "manager"),
        (f"?token={artist}", {}, "manager"),
    ):
        assert browser.get(f"/api/users/me{query}", headers=headers).json()["name"] == name
    del browser.cookies["accessToken"]
    header = {"Authorization": f"Bearer {artist}"}
    manager = accounts.log_in("manager", "manager")[0]
    assert browser.get(f"/api/users/me?token={manager}", headers=header).json()["name"] == "artist"


def test_a_cookie_that_is_nobodys_is_refused_and_one_that_is_no_token_ignored(people: Roles, browser: Client) -> None:
    browser.force_login(people["artist"])
    browser.cookies["accessToken"] = "0" * 64
    answer = browser.get("/api/users/me")
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "detail": "Invalid session"})
    browser.cookies["accessToken"] = "0" * 63
    assert browser.get("/api/users/me").json()["name"] == "artist"


def test_a_logout_takes_the_cookie_away(browser: Client) -> None:
    browser.cookies["csrftoken"] = csrf = "c" * 32
    assert post(browser, "/api/auth/logout", None, headers={"X-CSRFToken": csrf})[0] == 200
    assert browser.cookies["accessToken"].value == ""
    assert browser.get("/api/users/me").status_code == 401
