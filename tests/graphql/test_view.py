from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from events import accounts
from tests.factories import make_event
from tests.graphql.asking import data

ME = '{"query": "{ me { name } }"}'


def post(client: Client, body: object, **options: Any) -> Any:
    return client.post("/graphql", body, content_type="application/json", **options)


# --- who may ask ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "Access token is missing"),
        ({"Authorization": "Bearer short"}, "Access token is missing"),
        ({"X-Api-Key": "nobody's"}, "Invalid API key"),
        ({"Authorization": "ApiKey nobody's"}, "Invalid API key"),
        ({"Authorization": f"Bearer {'0' * 64}"}, "Invalid session"),
    ],
)
@pytest.mark.parametrize("body", [ME, "not JSON"])
def test_without_a_credential_nothing_is_answered(db: None, headers: dict[str, str], detail: str, body: str) -> None:
    answer = post(Client(headers=headers), body)
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "detail": detail})
    assert answer["WWW-Authenticate"] == "ApiKey"


def test_all_credentials_of_rest_are_taken(people: dict[str, User]) -> None:
    key = accounts.issue_key(people["artist"], "tests")
    token, _ = accounts.log_in("artist", "artist")
    for headers in ({"X-Api-Key": key}, {"Authorization": f"ApiKey {key}"}, {"Authorization": f"bearer {token}"}):
        assert data(Client(headers=headers), "{ me { name } }") == {"me": {"name": "artist"}}
    assert post(Client(), ME, query_params={"token": token}).json() == {"data": {"me": {"name": "artist"}}}


def test_a_service_may_speak_only_for_users_that_there_are(api: Client) -> None:
    answer = post(api, ME, headers={"X-as-user": "nobody"})
    assert (answer.status_code, answer.json()) == (404, {"code": 404, "detail": "User not found"})


@pytest.fixture
def browser(people: dict[str, User]) -> Client:
    """A browser whose user is logged in to the viewer."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["artist"])
    return client


def test_a_browser_needs_the_csrf_token_to_post(browser: Client) -> None:
    answer = post(browser, ME)
    assert (answer.status_code, answer.json()) == (403, {"code": 403, "detail": "CSRF Failed: CSRF cookie not set."})
    form = browser.post("/graphql", {"query": "{ me { name } }"})
    assert form.status_code == 403


def test_a_browser_with_the_csrf_token_is_answered(browser: Client) -> None:
    browser.get("/admin/login/?next=/")
    browser.cookies["csrftoken"] = "t" * 32
    answer = post(browser, ME, headers={"X-CSRFToken": "t" * 32})
    assert answer.json() == {"data": {"me": {"name": "artist"}}}


def test_a_browser_may_get_without_the_csrf_token(browser: Client) -> None:
    answer = browser.get("/graphql", {"query": "{ me { name } }"})
    assert answer.json() == {"data": {"me": {"name": "artist"}}}


def test_a_key_needs_no_csrf_token(people: dict[str, User]) -> None:
    key = accounts.issue_key(people["artist"], "tests")
    assert post(Client(enforce_csrf_checks=True), ME, headers={"X-Api-Key": key}).status_code == 200


def test_a_disabled_user_is_nobody_any_more(browser: Client, people: dict[str, User]) -> None:
    User.objects.filter(username="artist").update(is_active=False)
    assert browser.get("/graphql", {"query": "{ me { name } }"}).status_code == 401


# --- how to ask -----------------------------------------------------------------------------------------


def test_a_get_has_everything_in_its_query_string(api: Client) -> None:
    make_event("test.event")
    query = "query A { me { name } } query B($last: Int) { events(last: $last) { edges { node { topic } } } }"
    given = {"query": query, "operationName": "B", "variables": '{"last": 1}'}
    answer = api.get("/graphql", given)
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"data": {"events": {"edges": [{"node": {"topic": "test.event"}}]}}}


@pytest.mark.parametrize("body", ["", "{", "[]", '"query"', "null", '{"query": NaN}', b"\xff", "[" * 5000, '"\\ud800"'])
def test_a_body_that_is_no_json_object_is_an_error_like_others(api: Client, body: str | bytes) -> None:
    answer = post(api, body)
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    [error] = answer.json()["errors"]
    assert error["message"].startswith("The body is no")


def test_variables_of_a_get_that_are_no_json_object_are_an_error(api: Client) -> None:
    answer = api.get("/graphql", {"query": "{ me { name } }", "variables": "[1]"})
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["message"] == "The value of variables is no JSON object"


def test_too_many_parameters_are_a_400(api: Client) -> None:
    answer = api.get("/graphql?" + "a=1&" * 1001)
    assert (answer.status_code, answer.json()) == (400, {"code": 400, "detail": "The request was refused"})


def test_other_methods_are_a_405(api: Client) -> None:
    answer = api.put("/graphql")
    assert (answer.status_code, answer["Allow"], answer.json()["code"]) == (405, "GET, POST", 405)


def test_there_is_no_redirect_to_a_slash(api: Client) -> None:
    assert api.post("/graphql/", ME, content_type="application/json").status_code == 404
