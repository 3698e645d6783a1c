from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.graphql.asking import data, make_events, refusal

QUERY = """
query ($first: Int, $last: Int, $after: String, $before: String) {
  events(first: $first, last: $last, after: $after, before: $before) {
    edges { node { id } cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
Page = dict[str, Any]


def page(api: Client, **arguments: object) -> Page:
    found: Page = data(api, QUERY, **arguments)["events"]
    return found


def ids(found: Page) -> list[str]:
    return [edge["node"]["id"] for edge in found["edges"]]


def old_python(found: Page) -> str:
    return str(found["pageInfo"]["startCursor"])


def new_python(found: Page) -> str:
    return str(found["pageInfo"]["endCursor"])


def frontend(found: Page) -> str:
    return str(found["edges"][-1]["cursor"])


def walk_down(api: Client, size: int, next_cursor: Callable[[Page], str]) -> list[list[str]]:
    """Read backwards as a client does, and return the ids of each page."""
    pages, cursor = [], ""
    while True:
        found = page(api, last=size, before=cursor)
        pages.append(ids(found))
        if not found["pageInfo"]["hasPreviousPage"]:
            return pages
        cursor = next_cursor(found)


@pytest.mark.parametrize("next_cursor", [old_python, new_python, frontend])
@pytest.mark.parametrize(("size", "sizes"), [(300, [300, 300, 300, 100]), (250, [250, 250, 250, 250])])
def test_every_client_reads_backwards_without_gap_or_repetition(
    api: Client, size: int, sizes: list[int], next_cursor: Callable[[Page], str]
) -> None:
    made = make_events(1000)
    pages = walk_down(api, size, next_cursor)
    assert [len(each) for each in pages] == sizes
    assert [event for each in pages for event in each] == made[::-1]


@pytest.mark.parametrize("next_cursor", [new_python, frontend])
@pytest.mark.parametrize(("size", "sizes"), [(300, [300, 300, 300, 100]), (250, [250, 250, 250, 250])])
def test_every_client_reads_forwards_without_gap_or_repetition(
    api: Client, size: int, sizes: list[int], next_cursor: Callable[[Page], str]
) -> None:
    made = make_events(1000)
    pages, cursor, more = [], "", True
    while more:
        found = page(api, first=size, after=cursor)
        pages.append(ids(found))
        cursor, more = next_cursor(found), found["pageInfo"]["hasNextPage"]
    assert [len(each) for each in pages] == sizes
    assert [event for each in pages for event in each] == made


def test_a_page_forwards_is_described_by_its_ends(api: Client) -> None:
    make_events(3)
    found = page(api, first=2)
    assert found["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": False,
        "startCursor": found["edges"][0]["cursor"],
        "endCursor": found["edges"][1]["cursor"],
    }


def test_a_page_backwards_is_described_by_its_oldest_edge(api: Client) -> None:
    make_events(3)
    found = page(api, last=2)
    oldest = found["edges"][1]["cursor"]
    assert found["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": True,
        "startCursor": oldest,
        "endCursor": oldest,
    }


def test_an_empty_page_has_no_cursors(api: Client) -> None:
    none = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page(api, last=2) == {"edges": [], "pageInfo": none}


def test_first_and_last_together_mean_newest_first_and_the_size_of_first(api: Client) -> None:
    made = make_events(5)
    assert ids(page(api, first=1, last=3)) == [made[4]]


def test_before_wins_over_after(api: Client) -> None:
    made = make_events(5)
    middle = page(api, first=3)["edges"][2]["cursor"]
    assert ids(page(api, last=9, before=middle, after=middle)) == [made[1], made[0]]


def test_after_is_newer_whatever_the_order(api: Client) -> None:
    made = make_events(5)
    middle = page(api, first=3)["edges"][2]["cursor"]
    assert ids(page(api, last=9, after=middle)) == [made[4], made[3]]


def test_before_is_older_whatever_the_order(api: Client) -> None:
    made = make_events(5)
    middle = page(api, first=3)["edges"][2]["cursor"]
    assert ids(page(api, first=9, before=middle)) == made[:2]


def test_a_page_has_100_events_if_nothing_is_said_and_1000_at_most(api: Client) -> None:
    made = make_events(1001)
    assert ids(page(api)) == made[:100]
    assert ids(page(api, first=100_000)) == made[:1000]


def test_a_page_of_none_tells_whether_there_are_any(api: Client) -> None:
    make_events(1)
    found = page(api, first=0)
    assert (found["edges"], found["pageInfo"]["hasNextPage"]) == ([], True)


def test_a_cursor_is_the_creation_order_in_a_json_list(api: Client) -> None:
    make_events(2)
    assert ids(page(api, after="WzEyMzQ1Njc4OTBd")) == []  # [1234567890]
    assert len(ids(page(api, after="WzBd"))) == 2  # [0]


@pytest.mark.parametrize(
    "cursor",
    [
        *("x", "WzEyM10", "bnVsbA==", "W10=", "WyIxMjMiXQ==", "WzEsMl0=", "W3RydWVd", "WzEuNV0=", "ÄÖ=="),
        "W1tbW1tb" * 999,
        "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ==",  # [99999999999999999999]
    ],
)
@pytest.mark.parametrize("argument", ["before", "after"])
def test_a_wrong_cursor_is_an_error_that_names_the_argument(api: Client, argument: str, cursor: str) -> None:
    expected = f"{argument}: expected a cursor that this server has given out"
    assert refusal(api, QUERY, **{argument: cursor}) == (expected, "invalid_field")


@pytest.mark.parametrize("argument", ["first", "last"])
def test_a_negative_size_is_an_error_that_names_the_argument(api: Client, argument: str) -> None:
    expected = f"{argument}: expected a number that is not negative"
    assert refusal(api, QUERY, **{argument: -1}) == (expected, "invalid_field")


def test_a_new_event_does_not_move_the_pages_of_who_reads_backwards(api: Client) -> None:
    made = make_events(4)
    cursor = frontend(page(api, last=2))
    make_events(1)
    assert ids(page(api, last=2, before=cursor)) == [made[1], made[0]]
