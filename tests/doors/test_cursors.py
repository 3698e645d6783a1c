"""Cursors that no page has given out, and those that a page has given to somebody else: a place, and no right."""

import base64
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from events.models import Event
from tests.admin.viewing import LIST, shown, viewer
from tests.api.calls import post
from tests.conftest import Roles
from tests.factories import make_event


def packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORGED = [
    packed("[]"),
    packed("null"),
    packed("[-1]"),
    packed("[1e999]"),
    packed("[1, 2]"),
    packed('["a"]'),
    packed("[99999999999999999999]"),
    packed("p=1 OR 1=1"),
    packed("p=-1&r=1"),
    packed("o=99999999999999999999&p=1"),
    packed("r=1&p=' --"),
    "bm90IGpzb24",
    "%00",
    "\x00",
    "A" * 5000,
]
EVENTS = "($c: String) { events(ARGUMENTS) { edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage } } }"
PAGES = ("first: 5, after: $c", "last: 5, before: $c", "after: $c", "before: $c", "first: 5, last: 5, before: $c")


@pytest.fixture
def mixed(people: Roles) -> set[str]:
    """Events of the artist between those of others; return the ids of the artist's."""
    mine = set()
    for number in range(4):
        make_event(project="beta", user="bob", description=f"hidden {number}")
        make_event("log.error", user="bob", description=f"hidden {number}")
        mine.add(make_event(project="alpha", user="artist", description=f"mine {number}").id.hex)
    return mine


@pytest.fixture
def artist(api_as: Callable[[str], Client]) -> Client:
    return api_as("artist")


def found(client: Client, arguments: str, cursor: str | None) -> set[str]:
    """Return the ids of the page, none if there is an error instead."""
    query = f"query {EVENTS.replace('ARGUMENTS', arguments)}"
    status, told = post(client, "/graphql", {"query": query, "variables": {"c": cursor}})
    assert status == 200
    if "errors" in told:
        assert {each["extensions"]["code"] for each in told["errors"]} == {"invalid_field"}
        return set()
    return {edge["node"]["id"] for edge in told["data"]["events"]["edges"]}


@pytest.mark.parametrize("cursor", FORGED)
def test_a_forged_cursor_is_refused_or_shows_what_is_shown_anyway(
    mixed: set[str], people: Roles, artist: Client, cursor: str
) -> None:
    for arguments in PAGES:
        assert found(artist, arguments, cursor) <= mixed
    answer = artist.get("/api/events", {"cursor": cursor})
    assert answer.status_code == 400 or {each["id"] for each in answer.json()["events"]} <= mixed
    browser = viewer(people["artist"])
    for name in ("before", "after", "since"):
        assert "hidden" not in str(shown(browser, f"{name}={cursor}", status=400))


@pytest.mark.parametrize("arguments", PAGES)
def test_a_cursor_of_somebody_elses_page_shows_no_event_of_his(
    mixed: set[str], artist: Client, api: Client, arguments: str
) -> None:
    _, told = post(api, "/graphql", {"query": "{ events(first: 50, includeLogs: true) { edges { cursor } } }"})
    cursors = [edge["cursor"] for edge in told["data"]["events"]["edges"]]
    assert len(cursors) == 12
    pages = [found(artist, arguments, cursor) for cursor in cursors]
    assert set.union(*pages) <= mixed
    assert any(pages)


def test_an_address_of_somebody_elses_page_shows_no_event_of_his(mixed: set[str], artist: Client, api: Client) -> None:
    seen: set[str] = set()
    following = api.get("/api/events", {"limit": "1"}).json()["next"]
    while following:
        cursor = parse_qs(urlsplit(following).query)["cursor"][0]
        seen |= {each["id"] for each in artist.get("/api/events", {"cursor": cursor, "limit": "1"}).json()["events"]}
        following = api.get("/api/events", {"cursor": cursor, "limit": "1"}).json()["next"]
    assert seen
    assert seen <= mixed


def test_a_place_in_the_stream_shows_no_event_of_others_in_the_viewer(mixed: set[str], people: Roles) -> None:
    browser = viewer(people["artist"])
    for order in Event.objects.values_list("creation_order", flat=True):
        for name in ("before", "after"):
            assert not [each for each in shown(browser, f"{name}={order}") if not each.startswith("mine")]
    ids = ",".join(each.hex for each in Event.objects.values_list("pk", flat=True))
    answer = browser.get(f"{LIST}live/", {"since": "0", "ids": ids}).json()
    assert {row["id"] for row in answer["rows"]} == mixed
