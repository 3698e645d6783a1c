from collections.abc import Callable

import pytest
from django.test import Client

from tests.factories import make_event
from tests.graphql.asking import data, topics

ApiAs = Callable[[str], Client]

EVENTS = {
    "own.alpha": ("alpha", "artist"),
    "own.beta": ("beta", "artist"),
    "own.global": (None, "artist"),
    "other.alpha": ("alpha", "manager"),
    "other.beta": ("beta", "manager"),
    "other.global": (None, "manager"),
    "guest.alpha": ("alpha", "guest"),
    "auth.login": (None, "manager"),
}
EVERYTHING = list(EVENTS)


@pytest.fixture
def ids(db: None) -> list[str]:
    made = (make_event(topic, project=project, user=user) for topic, (project, user) in EVENTS.items())
    return [event.id.hex for event in made]


@pytest.mark.parametrize(
    ("role", "listed"),
    [
        ("admin", EVERYTHING),
        ("manager", EVERYTHING),
        ("service", EVERYTHING),
        ("artist", ["own.alpha", "own.global"]),
        ("guest", []),
    ],
)
def test_lists_hold_what_the_role_may_see(api_as: ApiAs, ids: list[str], role: str, listed: list[str]) -> None:
    assert topics(api_as(role)) == listed
    assert topics(api_as(role), includeLogs=True, topics=["*"], users=[]) == []
    assert topics(api_as(role), users=["manager"]) == [topic for topic in listed if EVENTS[topic][1] == "manager"]


@pytest.mark.parametrize(
    ("role", "readable"),
    [
        ("admin", EVERYTHING),
        ("manager", EVERYTHING),
        ("service", EVERYTHING),
        ("artist", ["own.alpha", "own.global", "other.alpha", "other.global", "guest.alpha"]),
        ("guest", []),
    ],
)
def test_ids_give_what_rest_gives_by_id(api_as: ApiAs, ids: list[str], role: str, readable: list[str]) -> None:
    api = api_as(role)
    assert topics(api, ids=ids) == readable
    rest = [api.get(f"/api/events/{event_id}").status_code for event_id in ids]
    assert rest == [200 if topic in readable else 403 for topic in EVENTS]


def test_a_service_that_speaks_for_a_user_sees_what_the_user_sees(api: Client, ids: list[str]) -> None:
    body = {"query": "{ events { edges { node { topic } } } me { name isService } }"}
    answer = api.post("/graphql", body, content_type="application/json", headers={"X-as-user": "artist"}).json()
    assert [edge["node"]["topic"] for edge in answer["data"]["events"]["edges"]] == ["own.alpha", "own.global"]
    assert answer["data"]["me"] == {"name": "artist", "isService": False}


NAMES = "{ users { edges { node { name } } } }"
WHOLE = """name active createdAt updatedAt accessGroups defaultAccessGroups isAdmin isManager isService isGuest
  hasPassword apiKeyPreview allAttrib"""
OF_ANYBODY = ("allAttrib", "defaultAccessGroups")
"""What tells the full name and no more, and what is the same for all."""
EVERYBODY = ["admin", "artist", "guest", "manager", "service"]


@pytest.mark.parametrize(
    ("role", "known"),
    [
        ("admin", EVERYBODY),
        ("manager", EVERYBODY),
        ("service", EVERYBODY),
        ("artist", ["artist"]),
        ("guest", ["guest"]),
    ],
)
def test_only_those_who_run_the_studio_know_more_than_the_names_of_others(
    api_as: ApiAs, role: str, known: list[str]
) -> None:
    api = api_as(role)
    assert [edge["node"]["name"] for edge in data(api, NAMES)["users"]["edges"]] == known
    for name in EVERYBODY:
        told = data(api, f'{{ user(name: "{name}") {{ {WHOLE} }} }}')["user"]
        if name in known:
            assert (told["name"], told["hasPassword"]) == (name, name != "service")
        else:
            assert {field for field, value in told.items() if value is not None} == {"name", *OF_ANYBODY}
            assert (told["name"], told["allAttrib"]) == (name, '{"fullName": ""}')
            query = f"query ($n: [String!]) {{ users(names: $n) {{ edges {{ node {{ {WHOLE} }} }} }} }}"
            assert data(api, query, n=[name])["users"]["edges"] == [{"node": told}]
            narrower = 'query ($n: [String!]) { users(names: $n, projectName: "alpha") { edges { node { name } } } }'
            assert data(api, narrower, n=[name])["users"]["edges"] == []


@pytest.mark.parametrize("role", EVERYBODY)
def test_everybody_may_ask_who_he_is(api_as: ApiAs, role: str) -> None:
    assert data(api_as(role), "{ me { name } }") == {"me": {"name": role}}
