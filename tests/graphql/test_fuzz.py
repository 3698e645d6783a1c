"""Whatever fits the schema is answered: with what the schema promises, or with an error that says what is wrong."""

import json
from typing import Any

import pytest
from django.test import Client
from graphql import (
    ArgumentNode,
    GraphQLResolveInfo,
    IntValueNode,
    StringValueNode,
    Visitor,
    build_schema,
    execute_sync,
    parse,
    print_ast,
    print_schema,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis_graphql import queries

from events.graphql.schema import schema
from tests.factories import make_event

SDL = print_schema(schema.graphql_schema)
AS_WRITTEN = build_schema(SDL)
"""The schema without the code behind it."""
FOUND = {
    "name": "alpha",
    "projectName": "alpha",
    "names": "artist",
    "topics": "test.*",
    "projects": "alpha",
    "users": "artist",
    "statuses": "finished",
    "olderThan": "2999-01-01",
    "newerThan": "1999-01-01",
    "after": "",
    "before": "",
    "ids": "0" * 32,
    "filter": "ústí",
}
"""Values of the arguments that find something, or are right at least."""


class Sensible(Visitor):
    """Gives the arguments values of ``FOUND``, and counts that are not negative."""

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        self.argument = node.name.value

    def enter_string_value(self, node: StringValueNode, *_: object) -> StringValueNode:
        return StringValueNode(value=FOUND.get(self.argument, node.value))

    def enter_int_value(self, node: IntValueNode, *_: object) -> IntValueNode:
        return IntValueNode(value=str(abs(int(node.value)) % 2**31))


@pytest.fixture
def crowded(api: Client) -> Client:
    """A client that has something to be found."""
    for topic in ("test.source", "log.info"):
        source = make_event(topic, project="alpha", user="artist", description="Ústí", summary={"a": [1]})
        make_event("test.job", depends_on=source.id)
    return api


def completed(query: str, data: object) -> object:
    """Return the data as graphql-core lets it pass for an answer to the query."""

    def given_value(source: dict[str, Any], info: GraphQLResolveInfo, **_arguments: object) -> object:
        return source[str(info.path.key)]

    result = execute_sync(AS_WRITTEN, parse(query), data, field_resolver=given_value)
    assert not result.errors
    return result.data


def answered(client: Client, query: str) -> dict[str, Any]:
    """Return the answer, after a look at whether it is one that the schema and the documentation promise."""
    answer = client.post("/graphql", json.dumps({"query": query}), content_type="application/json")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    for error in told.get("errors", ()):
        assert error["extensions"]["code"] in ("invalid_field", "user_missing", "project_missing", "too_complex"), error
        assert error["message"]
    assert (told["data"] is None) == ("errors" in told)
    if told["data"] is not None:
        assert completed(query, told["data"]) == told["data"]
    return told


fuzzed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@fuzzed
@given(query=queries(SDL))
def test_every_query_is_answered_as_the_schema_promises(crowded: Client, query: str) -> None:
    answered(crowded, query)


@fuzzed
@given(query=queries(SDL, fields=["events", "users", "projects", "project", "me"]))
def test_every_query_with_sensible_arguments_has_data(crowded: Client, query: str) -> None:
    sensible = print_ast(visit(parse(query), Sensible()))
    told = answered(crowded, sensible)
    assert told["data"] is not None or told["errors"][0]["extensions"]["code"] == "too_complex"
