from typing import Any

import pytest
from django.test import Client
from graphql import DocumentNode, GraphQLError, GraphQLSchema, get_introspection_query, validate

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
    pages = " ".join(f"a{number}: events(last: 1000) {{ {EDGES} }}" for number in range(20))
    assert len(data(api, f"{{ {pages} }}")) == 20
    expected = ("The query asks 21 questions; at most 20 are allowed", "too_complex")
    assert refusal(api, f"{{ {pages} me {{ name }} }}") == expected


def test_the_answer_may_have_250000_values(api: Client) -> None:
    fields = " ".join(f"a{number}: id" for number in range(247))
    query = f"{{ events(last: 1000) {{ edges {{ node {{ {fields} %s }} }} }} }}"
    assert data(api, query % "")["events"] == {"edges": []}
    message, code = refusal(api, query % "topic status")
    expected = "The answer could have 251001 values; at most 250000 are allowed"
    assert (message.partition(":")[0], code) == (expected, "too_complex")


@pytest.mark.parametrize(
    ("arguments", "values"),
    [("", 100), ("first: 7", 7), ("first: 7, last: 900", 7), ("last: 5000", 1000), ("last: $last", 1000)],
)
def test_the_size_of_a_page_counts(monkeypatch: pytest.MonkeyPatch, arguments: str, values: int) -> None:
    monkeypatch.setattr(limits, "MAX_VALUES", 1)
    declared = "query ($last: Int) " if "$" in arguments else ""
    given = f"({arguments})" if arguments else ""
    with pytest.raises(documents.QueryRefused, match=f"could have {1 + 3 * values} values; at most 1 are"):
        documents.checked(f"{declared}{{ events{given} {{ {EDGES} }} }}")


def test_fragments_count_wherever_they_are_used(api: Client) -> None:
    doubling = "".join(f"fragment F{n} on UserNode {{ ...F{n + 1} ...F{n + 1} }} " for n in range(18))
    message, code = refusal(api, "{ me { ...F0 } } " + doubling + "fragment F18 on UserNode { name }")
    expected = "The answer could have 262145 values; at most 250000 are allowed"
    assert (message.partition(":")[0], code) == (expected, "too_complex")


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


OVER_THE_LIMITS = {
    "one field often": "{ events { " + f"{EDGES} " * 200 + "} }",
    "one fragment often": "{ me { " + "...F " * 251 + "} } fragment F on UserNode { " + "name " * 250 + "}",
    "fragments in fragments": "{ me { ...F0 } } "
    + "".join(f"fragment F{n} on UserNode {{ ...F{n + 1} ...F{n + 1} }} " for n in range(18))
    + "fragment F18 on UserNode { name }",
    "levels": nested(25),
    "questions": "{ " + " ".join(f"a{n}: me {{ name }}" for n in range(21)) + " }",
}


@pytest.mark.parametrize("query", OVER_THE_LIMITS.values(), ids=OVER_THE_LIMITS.keys())
def test_the_rules_that_take_long_never_see_what_is_over_the_limits(
    monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    applied: list[object] = []

    def validating(schema: GraphQLSchema, document: DocumentNode, rules: Any = None) -> list[GraphQLError]:
        applied.append(rules)
        return validate(schema, document, rules)

    monkeypatch.setattr(documents, "validate", validating)
    with pytest.raises(documents.QueryRefused) as refused:
        documents.checked(query)
    assert {(error.extensions or {})["code"] for error in refused.value.errors} == {"too_complex"}
    assert applied == [limits.LIMITS]


MANY = {
    "variables": "query (" + " ".join(f"$a{n}: Int" for n in range(2500)) + ") { me { name } }",
    "arguments": "{ events(" + " ".join(f"x{n}: 1" for n in range(3400)) + ") { pageInfo { endCursor } } }",
    "values": "{ events(ids: [" + "1 " * 10_000 + "]) { pageInfo { endCursor } } }",
    "directives": "{ me { name " + "@skip(if: true) " * 1700 + "} }",
}


@pytest.mark.parametrize("query", MANY.values(), ids=MANY.keys())
def test_a_query_of_more_than_10000_tokens_is_not_read_to_its_end(api: Client, query: str) -> None:
    message, code = refusal(api, query)
    assert (message, code) == (
        "Syntax Error: Document contains more than 10000 tokens. Parsing aborted.",
        "invalid_query",
    )
