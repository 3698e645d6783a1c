import time

import pytest
from django.test import Client
from graphql import get_introspection_query

from events.graphql import documents, limits
from tests.factories import make_event
from tests.graphql.asking import FRONTEND, data, refusal


def nested(levels: int) -> str:
    """Return a query of so many selections inside of one another."""
    return '{ __type(name: "Query") ' + "{ ofType " * (levels - 2) + "{ name" + " }" * levels


def test_the_pages_of_the_clients_and_the_introspection_query_are_far_from_the_limits(api: Client) -> None:
    make_event()
    assert len(data(api, FRONTEND, last=300)["logs"]["edges"]) == 1
    assert len(data(api, get_introspection_query(input_value_deprecation=True))["__schema"]["types"]) > 10


def test_a_query_may_have_24_levels(api: Client) -> None:
    assert data(api, nested(24))["__type"]["ofType"] is None
    assert refusal(api, nested(25)) == ("The query has 25 levels; at most 24 are allowed", "too_complex")


def test_fragments_count_as_levels(api: Client) -> None:
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} }} " for n in range(30))
    query = "{ ...F0 } " + chain + "fragment F30 on Query { me { name } }"
    assert refusal(api, query) == ("The query has 33 levels; at most 24 are allowed", "too_complex")


EDGES = "edges { node { id } }"


def test_aliases_count_as_often_as_they_are(api: Client) -> None:
    pages = [f"a{number}: events(last: 1000) {{ {EDGES} }}" for number in range(170)]
    expected = "The answer could have 510340 values; at most 500000 are allowed"
    message, code = refusal(api, f"{{ {' '.join(pages)} }}")
    assert (message.partition(":")[0], code) == (expected, "too_complex")
    assert len(data(api, f"{{ {' '.join(pages[:160])} }}")) == 160


@pytest.mark.parametrize(
    ("arguments", "values"),
    [("", 100), ("first: 7", 7), ("first: 7, last: 900", 7), ("last: 5000", 1000), ("last: $last", 1000)],
)
def test_the_size_of_a_page_counts(api: Client, monkeypatch: pytest.MonkeyPatch, arguments: str, values: int) -> None:
    monkeypatch.setattr(limits, "MAX_VALUES", 1)
    declared = "query ($last: Int) " if "$" in arguments else ""
    given = f"({arguments})" if arguments else ""
    documents._remembered.cache_clear()  # noqa: SLF001 - the limit is another one now
    message, _ = refusal(api, f"{declared}{{ events{given} {{ {EDGES} }} }}")
    assert message.startswith(f"The answer could have {1 + 3 * values} values; at most 1 are")


def test_fragments_count_wherever_they_are_used(api: Client) -> None:
    doubling = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(18))
    message, code = refusal(api, "{ ...F0 } " + doubling + "fragment F18 on Query { me { name } }")
    assert (message.partition(":")[0], code) == (
        "The answer could have 524288 values; at most 500000 are allowed",
        "too_complex",
    )


def test_a_query_may_mention_500_fields(api: Client) -> None:
    assert data(api, "{ me { " + "name " * 499 + "} }") == {"me": {"name": "service"}}
    expected = ("The query has more than 500 fields and fragments", "too_complex")
    assert refusal(api, "{ me { " + "name " * 500 + "} }") == expected


@pytest.mark.parametrize("query", ["{" * 250, "{ me { name } }" + " " * 100_000, "{ me { name } } " + "#\n" * 10_001])
def test_a_query_that_is_too_long_or_too_deep_to_be_read_is_refused(api: Client, query: str) -> None:
    assert refusal(api, query)[1] == "invalid_query"


def test_introspection_cannot_be_multiplied(api: Client) -> None:
    levels = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert refusal(api, levels) == ("Maximum introspection depth exceeded", "invalid_query")


@pytest.mark.parametrize(
    "query",
    [
        "{ events { " + f"{EDGES} " * 160 + "} }",
        "{ " + f"events {{ {EDGES} }} " * 120 + "}",
        "{ " + "...F " * 240 + "} fragment F on Query { " + "me { name } " * 120 + "}",
        "{ ...F0 } " + "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(20))
        + "fragment F20 on Query { me { name } }",
        "query (" + "$a: Int " * 2000 + ") { me { name } }",
        '{ events(ids: [' + '"x" ' * 9000 + "]) { pageInfo { endCursor } } }",
    ],
)  # fmt: skip
def test_no_query_takes_long_to_be_checked(query: str) -> None:
    started = time.process_time()
    documents.check(query)
    assert time.process_time() - started < 2


def test_the_shortcut_for_edges_answers_as_graphql_core_does(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_event(summary={"a": 1}, project="alpha")
