import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from events.graphql import queries
from tests.factories import make_event
from tests.graphql.asking import EVERY_ARGUMENT, ask, refusal


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{", "Syntax Error"),
        ("", "Syntax Error"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ me }", "must have a selection of subfields"),
        ("{ me { name { x } } }", "must not have a selection"),
        ("{ events(last: ten) { pageInfo { endCursor } } }", "Int cannot represent"),
        ("{ events(first: 3000000000) { pageInfo { endCursor } } }", "Int cannot represent"),
        ("{ user { name } }", "'name' of type 'String!' is required"),
        ("mutation { delete }", "not configured to execute mutation"),
        ("subscription { events }", "not configured to execute subscription"),
        ("fragment F on EventNode { id }", "is never used"),
        ("{ ...F } fragment F on Query { ...F }", "Cannot spread fragment 'F' within itself"),
        ("query ($first: Int!) { events(first: $first) { pageInfo { endCursor } } }", "was not provided"),
    ],
)
def test_a_wrong_query_has_the_status_200_and_an_error(api: Client, query: str, told: str) -> None:
    answer = ask(api, query)
    assert answer["data"] is None
    assert told in answer["errors"][0]["message"]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"invalid_query"}


@pytest.mark.parametrize("value", ["ten", 2**31, 1.5, [1], {}, True])
def test_a_wrong_variable_has_the_status_200_and_an_error(api: Client, value: object) -> None:
    message, code = refusal(api, "query ($n: Int) { events(first: $n) { pageInfo { endCursor } } }", n=value)
    assert (message.startswith("Variable '$n' got invalid value"), code) == (True, "invalid_query")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": None},
        {"query": ["{ me { name } }"]},
        {"query": "{ me { name } }", "variables": []},
        {"query": "{ me { name } }", "operationName": 1},
        {"query": "{ me { name } }", "operationName": "Other"},
    ],
)
def test_a_wrong_request_has_the_status_200_and_an_error(api: Client, body: object) -> None:
    answer = api.post("/graphql", body, content_type="application/json")
    assert (answer.status_code, answer.json()["data"]) == (200, None)
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["invalid_query"]


def test_an_error_says_where_it_is(api: Client) -> None:
    [error] = ask(api, "{ page: events(before: 1.5) { edges { cursor } } }")["errors"]
    assert error["locations"] == [{"line": 1, "column": 24}]
    [error] = ask(api, '{ page: events(before: "x") { edges { cursor } } }')["errors"]
    assert error == {
        "message": "before: expected a cursor that this server has given out",
        "locations": [{"line": 1, "column": 3}],
        "path": ["page"],
        "extensions": {"code": "invalid_field", "field": "before"},
    }


def failing(error: Exception) -> Any:
    def rows_of(*_: object) -> None:
        raise error

    return rows_of


def test_what_nobody_has_foreseen_is_logged_and_not_told(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(queries, "rows_of", failing(KeyError("a secret")))
    assert refusal(api, EVERY_ARGUMENT) == ("Internal server error", "internal_error")
    [record] = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "A query failed at ['events']")
    assert "a secret" in caplog.text


def test_a_database_that_is_away_is_told(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_event()
    monkeypatch.setattr(queries, "rows_of", failing(OperationalError("password of the database")))
    answer = api.post("/graphql", {"query": EVERY_ARGUMENT}, content_type="application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json() == {"code": 503, "detail": "The database is away or busy"}
