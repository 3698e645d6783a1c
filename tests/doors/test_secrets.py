"""Values that look like secrets: who sees them in the clear, at each door, and that nobody else can guess them."""

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Permission, User
from django.test import Client

from events import accounts, adispatch_event
from events.models import Event
from events.redaction import MASK
from tests.admin.viewing import LIST, browser, path_of, viewer
from tests.api.calls import post
from tests.conftest import Roles
from tests.factories import make_event
from tests.realtime.sockets import Socket
from tests.realtime.streams import stream

SECRET = "hush-9f2c-hush"
FIELDS: dict[str, Any] = {
    "project": "alpha",
    "description": f"from https://bob:{SECRET}@tracker.example",
    "summary": {"apiToken": SECRET, "shot": "sh010", "tried": f"Bearer {SECRET}"},
    "payload": {"login": {"password": SECRET}, "log": [f"postgres://bob:{SECRET}@db/prod"]},
}
CLEAR, MASKED, NOTHING = "clear", "masked", "nothing"
AS_A_ROLE = {
    "admin": CLEAR,
    "service": CLEAR,
    "trusted": CLEAR,
    "manager": MASKED,
    "operator": MASKED,
    "artist": MASKED,
}
TABLE: dict[str, dict[str, str]] = {
    "REST get": AS_A_ROLE,
    "REST list": AS_A_ROLE,
    "REST query": {"admin": CLEAR, "service": CLEAR, "operator": MASKED},
    "GraphQL": AS_A_ROLE,
    "viewer": dict.fromkeys(AS_A_ROLE, MASKED),
    "viewer, list": dict.fromkeys(AS_A_ROLE, MASKED),
}
"""Who is not named hears nothing of it. ``trusted`` is a manager, ``operator`` a user, each with the permission."""
READERS = ("admin", "service", "trusted", "manager", "operator", "artist", "guest")


def give(user: User, permission: str) -> None:
    user.user_permissions.add(Permission.objects.get(codename=permission))


@pytest.fixture
def readers(people: Roles) -> Roles:
    people["trusted"] = User.objects.create_user("trusted")
    people["trusted"].groups.add(*people["manager"].groups.all())
    give(people["trusted"], "view_secrets")
    people["operator"] = User.objects.create_user("operator")
    people["operator"].projectgrant_set.create(project="alpha")
    give(people["operator"], "operate_event")
    return people


def heard(door: str, user: User, event: Event) -> str:
    api = Client(headers={"X-Api-Key": accounts.issue_key(user, "tests")})
    match door:
        case "REST get":
            return api.get(f"/api/events/{event.id.hex}").text
        case "REST list":
            return api.get("/api/events").text
        case "REST query":
            return str(post(api, "/api/query", {"entity": "event"})[1])
        case "GraphQL":
            told = post(api, "/graphql", {"query": "{ events { edges { node { summary description } } } }"})[1]
            nodes = [edge["node"] for edge in told["data"]["events"]["edges"]]
            return str([(json.loads(node["summary"]), node["description"]) for node in nodes])
        case "viewer, list":
            return viewer(user).get(LIST).text
    return viewer(user).get(path_of(event)).text


@pytest.mark.parametrize("door", TABLE)
@pytest.mark.parametrize("name", READERS)
def test_a_secret_is_in_the_clear_for_whom_the_table_says(readers: Roles, name: str, door: str) -> None:
    event = make_event("test.event", user=name, **FIELDS)  # a plain user's lists hold his own
    told = heard(door, readers[name], event)
    assert (CLEAR if SECRET in told else MASKED if MASK in told else NOTHING) == TABLE[door].get(name, NOTHING)


@pytest.mark.django_db(transaction=True)
async def test_no_message_has_a_secret_whoever_hears_it(people: Roles, running_bus: None) -> None:
    key = await sync_to_async(accounts.issue_key)(people["admin"], "tests")
    async with Socket() as socket, stream(headers={"x-api-key": key}) as opened:
        await socket.log_in(key, "test.")
        await opened.counts()
        event = await adispatch_event("test.event", **FIELDS)
        for told in (await socket.event(), await opened.event()):
            shown = {"apiToken": MASK, "shot": "sh010", "tried": f"Bearer {MASK}"}
            assert (told["id"], told["summary"]) == (event, shown)
            assert SECRET not in json.dumps(told)


GUESSES = [
    {"key": "payload/login/password", "operator": "like", "value": "hush%"},
    {"key": "payload.login.password", "operator": "gt", "value": "a"},
    {"key": "summary/apiToken", "value": SECRET},
    {"key": "summary/apiToken", "operator": "in", "value": [SECRET]},
]


@pytest.mark.parametrize("guess", GUESSES)
def test_what_is_masked_cannot_be_guessed_with_a_filter(readers: Roles, guess: dict[str, object]) -> None:
    make_event("test.event", **FIELDS)
    tree = {"conditions": [{"key": "topic", "value": "test.event"}, {"operator": "or", "conditions": [guess]}]}
    operator = Client(headers={"X-Api-Key": accounts.issue_key(readers["operator"], "tests")})
    for path, body in (("/api/query", {"entity": "event"}), ("/api/eventops", {"type": "delete", "dryRun": True})):
        status, told = post(operator, path, body | {"filter": tree})
        assert (status, told["errors"][0]["loc"]) == (400, ["filter.conditions[1].conditions[0].key"])
    page = viewer(readers["manager"]).get(LIST, {"filter": json.dumps(tree)})
    assert list(page.context["cl"].result_list) == []
    assert "not masked for you" in page.text


PARTS = [
    {"key": "description", "operator": "like", "value": "%bob:hush%"},
    {"key": "description", "operator": "gt", "value": "from https://bob:hush"},
    {"key": "summary/tried", "operator": "like", "value": "Bearer hush%"},
    {"key": "summary/tried", "operator": "lt", "value": "Bearer hushz"},
    {"key": "payload/sent", "operator": "like", "value": '%"hush%'},
]
WHOLE = [
    {"key": "description", "value": FIELDS["description"]},
    {"key": "description", "operator": "ne", "value": "another"},
    {"key": "description", "operator": "in", "value": ["x", FIELDS["description"]]},
    {"key": "description", "operator": "notin", "value": ["x", "y"]},
    {"key": "summary/tried", "value": f"Bearer {SECRET}"},
    {"key": "summary/tried", "operator": "ne", "value": "x"},
    {"key": "payload/sent", "operator": "in", "value": [json.dumps({"password": SECRET})]},
    {"key": "payload/log", "operator": "includes", "value": f"postgres://bob:{SECRET}@db/prod"},
    {"key": "payload/log", "operator": "excludesAny", "value": ["postgres://bob:guess@db/prod"]},
    {"key": "payload/pair", "operator": "contains", "value": SECRET},
    {"key": "payload/command", "operator": "includesAll", "value": [SECRET]},
    {"key": "payload/variable/value", "value": SECRET},
    {"key": "payload/variable/value", "operator": "notin", "value": ["guess"]},
]
BESIDE = {
    "sent": json.dumps({"password": SECRET}),
    "pair": ["Cookie", SECRET],
    "command": ["mysql", "--password", SECRET],
    "variable": {"name": "DB_PASSWORD", "value": SECRET},
}


@pytest.mark.parametrize("guess", [*PARTS, *WHOLE])
@pytest.mark.parametrize(("name", "found"), [("operator", 0), ("service", 1)])
def test_what_is_masked_in_its_place_cannot_be_guessed(
    readers: Roles, name: str, found: int, guess: dict[str, object]
) -> None:
    make_event("test.event", **FIELDS | {"payload": FIELDS["payload"] | BESIDE})
    client = Client(headers={"X-Api-Key": accounts.issue_key(readers[name], "tests")})
    tree = {"conditions": [guess]}
    assert len(post(client, "/api/query", {"entity": "event", "filter": tree})[1]) == found
    counted = {"type": "delete", "dryRun": True, "filter": tree}
    assert post(client, "/api/eventops", counted)[1]["affected"] == found


@pytest.mark.parametrize("guess", WHOLE)
def test_in_the_viewer_it_cannot_be_guessed_either(readers: Roles, guess: dict[str, object]) -> None:
    make_event("test.event", **FIELDS | {"payload": FIELDS["payload"] | BESIDE})
    for name, found in (("manager", 0), ("trusted", 1)):
        page = viewer(readers[name]).get(LIST, {"filter": json.dumps({"conditions": [guess]})})
        assert len(page.context["cl"].result_list) == found


@pytest.mark.parametrize(("name", "found"), [("manager", 0), ("trusted", 1)])
def test_a_search_finds_no_description_by_what_is_masked_in_it(readers: Roles, name: str, found: int) -> None:
    event = make_event("test.event", **FIELDS)
    api = Client(headers={"X-Api-Key": accounts.issue_key(readers[name], "tests")})
    browser = viewer(readers[name])
    for words, expected in (("bob:hush", found), ("tracker", found), ("test.ev alpha", 1)):
        told = post(api, "/graphql", {"query": f'{{ events(filter: "{words}") {{ edges {{ node {{ id }} }} }} }}'})[1]
        page = browser.get(LIST, {"q": words}).context["cl"]
        ids = [edge["node"]["id"] for edge in told["data"]["events"]["edges"]]
        assert ids == [each.pk.hex for each in page.result_list] == [event.id.hex] * expected


@pytest.mark.parametrize("guess", GUESSES)
def test_who_sees_secrets_may_look_for_them(readers: Roles, guess: dict[str, object]) -> None:
    event = make_event("test.event", **FIELDS)
    tree = {"conditions": [guess]}
    service = Client(headers={"X-Api-Key": accounts.issue_key(readers["service"], "tests")})
    assert [each["id"] for each in post(service, "/api/query", {"entity": "event", "filter": tree})[1]] == [
        event.id.hex
    ]
    page = browser(readers["admin"]).get(LIST, {"filter": json.dumps(tree)})
    assert [each.pk for each in page.context["cl"].result_list] == [event.pk]
