"""A query's way to its answer: read, checked, executed. The first two are remembered, as clients repeat themselves."""

from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    execute_sync,
    parse,
    validate,
)

from events.actor import Actor
from events.graphql.execution import EventExecution
from events.graphql.limits import LIMITS, MAX_LENGTH, MAX_TOKENS
from events.graphql.schema import schema

REMEMBERED = 100
"""Queries that one process remembers."""
REMEMBERED_LENGTH = 4000
"""Characters of the longest of them."""


class QueryRefused(Exception):
    """The query is not executed."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        """Take the reasons."""
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def execute(query: str, variables: dict[str, Any] | None, operation: str | None, by: Actor) -> ExecutionResult:
    """Answer a query. What is wrong with it, or goes wrong, is among the errors of the result; nothing is raised."""
    try:
        document = (_remembered if len(query) <= REMEMBERED_LENGTH else checked)(query)
    except QueryRefused as refused:
        return ExecutionResult(None, refused.errors)
    return execute_sync(
        schema.graphql_schema,
        document,
        context_value=by,
        variable_values=variables,
        operation_name=operation,
        execution_context_class=EventExecution,
    )


def checked(query: str) -> DocumentNode:
    """Return the query, which fits the schema and keeps to the limits; or raise QueryRefused.

    The limits come first: among the rules of the standard are some whose time grows with the square of the query.
    """
    try:
        document = parse(query, max_lexical_tokens=MAX_TOKENS, max_source_length=MAX_LENGTH, max_comments=MAX_TOKENS)
    except GraphQLError as error:
        raise QueryRefused([error]) from error
    errors = validate(schema.graphql_schema, document, LIMITS) or validate(schema.graphql_schema, document)
    if errors:
        raise QueryRefused(errors)
    return document


_remembered = lru_cache(REMEMBERED)(checked)
