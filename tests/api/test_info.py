from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from events import accounts, conf
from tests.api.calls import client_with_token
from tests.conftest import Roles


def test_anybody_gets_version_and_uptime(db: None) -> None:
    answer = Client().get("/api/info")
    assert answer.status_code == 200
    assert set(answer.json()) == {"version", "uptime"}
    assert answer.json()["version"] == conf.version()
    assert answer.json()["uptime"] >= 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer " + "x" * 32},
        {"Authorization": "Bearer " + "x" * 64},
        {"Authorization": "ApiKey nobody"},
        {"Authorization": "nonsense"},
        {"X-Api-Key": "nobody"},
        {"Cookie": "sessionid=nobody"},
    ],
)
def test_a_bad_credential_is_as_good_as_none(db: None, headers: dict[str, str]) -> None:
    answer = Client(headers=headers).get("/api/info")
    assert (answer.status_code, set(answer.json())) == (200, {"version", "uptime"})


def test_a_key_in_place_of_a_token_is_anonymous(people: Roles) -> None:
    key = accounts.issue_key(people["service"], "tests")
    answer = Client(headers={"Authorization": f"Bearer {key}"}).get("/api/info")
    assert (answer.status_code, set(answer.json())) == (200, {"version", "uptime"})


def test_whoever_is_logged_in_gets_to_know_who_he_is(api_as: Callable[[str], Client]) -> None:
    for role in ("admin", "manager", "service", "artist", "guest"):
        client = api_as(role)
        answer = client.get("/api/info").json()
        assert set(answer) == {"version", "uptime", "user", "attributes", "sites", "ssoOptions"}
        assert answer["user"] == client.get("/api/users/me").json()
        assert answer["attributes"] == client.get("/api/attributes").json()["attributes"]
        assert (answer["user"]["name"], answer["sites"], answer["ssoOptions"]) == (role, [], [])


def test_a_token_counts_as_well(people: Roles) -> None:
    assert client_with_token("artist", "artist").get("/api/info").json()["user"]["name"] == "artist"


def test_it_takes_no_query_to_be_healthy(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        Client().get("/api/info")
