"""Little that would become much: each is refused before it costs anything, or comes to an end by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.api.openapi import document
from events.models import Event
from tests.admin.viewing import LIST, browser
from tests.api.calls import JSON, post
from tests.conftest import Roles
from tests.factories import make_event

DEEP = 100_000
JSON_BOMBS = {
    "lists": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"payload":' * DEEP + b"1" + b"}" * DEEP,
    "half": b'{"a":[' * DEEP,
    "number": b'{"retries": ' + b"9" * 100_000 + b', "limit": ' + b"9" * 100_000 + b"}",
    "exponent": b'{"progress": 1e999999999, "limit": 1e999999999}',
    "escapes": b'{"description": "' + b"\\ud800" * DEEP + b'"}',
}
GRAPHQL_BOMBS = {
    "depth": "{ __schema " + "{ types { fields { type " * 50 + "{ name }" + " } } }" * 50 + " }",
    "aliases": "{ " + " ".join(f"a{n}: events(last: 1000) {{ edges {{ node {{ id }} }} }}" for n in range(400)) + " }",
    "one alias of much": "{ events(last: 1000) { edges { node { "
    + " ".join(f"a{n}: description" for n in range(400))
    + " } } } }",
    "fragments that double": "{ me { ...F0 } } "
    + "".join(f"fragment F{n} on UserNode {{ ...F{n + 1} ...F{n + 1} }} " for n in range(60))
    + "fragment F60 on UserNode { name }",
    "a fragment in itself": "{ me { ...F } } fragment F on UserNode { name ...F }",
    "directives": "{ me { name " + "@skip(if: false) " * 5000 + "} }",
    "braces": "{" * DEEP,
    "a long text": '{ events(filter: "' + "a" * DEEP + '") { edges { node { id } } } }',
}
CREDENTIALS = ("auth_", "events_apikey", "events_accesstoken", "events_projectgrant", "events_topicpolicy")


def with_a_body() -> Iterator[tuple[str, str]]:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            if "requestBody" in operation:
                yield method.upper(), path.replace("{event_id}", "0" * 32)
    yield "POST", "/graphql"


@pytest.mark.parametrize("bomb", JSON_BOMBS.values(), ids=JSON_BOMBS)
@pytest.mark.parametrize(("method", "path"), sorted(with_a_body()))
def test_a_bomb_of_json_is_a_bad_request(api: Client, method: str, path: str, bomb: bytes) -> None:
    answer = api.generic(method, path, bomb, JSON)
    assert answer.status_code == 400 or (path == "/graphql" and answer.json()["data"] is None)
    assert len(answer.content) < 10_000
    assert not Event.objects.exists()


@pytest.mark.parametrize("bomb", GRAPHQL_BOMBS.values(), ids=GRAPHQL_BOMBS)
def test_a_bomb_of_graphql_asks_the_database_nothing(api: Client, bomb: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        status, told = post(api, "/graphql", {"query": bomb})
    assert (status, told["data"]) == (200, None)
    assert {each["extensions"]["code"] for each in told["errors"]} <= {"too_complex", "invalid_query"}
    assert [each["sql"] for each in queries if not any(table in each["sql"] for table in CREDENTIALS)] == []


def bombs_of_patterns() -> dict[str, str]:
    """Texts that take forever where a pattern is tried in every way it could match; the topic is of ``a`` alone."""
    return {"stars": "a" + "*a" * 30 + "*b", "one over": "a*a*a*a*b", "nothing but stars": "*" * 60}


@pytest.mark.parametrize("pattern", bombs_of_patterns().values(), ids=bombs_of_patterns())
def test_a_topic_with_many_stars_is_refused_everywhere(api: Client, people: Roles, pattern: str) -> None:
    make_event("a" * 65)
    assert api.get("/api/events", {"topic": pattern}).status_code == 400
    wanted = {"sourceTopic": pattern, "targetTopic": "test.job"}
    assert post(api, "/api/enroll", wanted)[0] == 400
    assert post(api, "/api/enroll", wanted | {"sourceTopic": [pattern]})[0] == 400
    query = "query ($topics: [String!]) { events(topics: $topics) { edges { node { id } } } }"
    assert post(api, "/graphql", {"query": query, "variables": {"topics": [pattern]}})[1]["data"] is None
    admin = browser(people["admin"])
    assert list(admin.get(LIST, {"topic": pattern}).context["cl"].result_list) == []
    for form, given in (("topicpolicy", {"verb": "read"}), ("apikey", {"user": 1, "name": "x", "topics": pattern})):
        page = admin.post(f"/admin/events/{form}/add/", given | {"topic": pattern})
        assert "at most 3 of them" in page.text


LONG = "a" * 20_000
LIKE_BOMBS: dict[str, Any] = {
    "percents": "%a" * 120 + "%b",
    "any characters": "%" + "_%" * 120 + "b",
    "both": "%a_" * 80 + "b",
    "letters in either case": "%" + "aA%" * 80 + "b",
}


@pytest.mark.parametrize("pattern", LIKE_BOMBS.values(), ids=LIKE_BOMBS)
@pytest.mark.parametrize("key", ["description", "payload/text"])
def test_a_text_pattern_with_many_wildcards_comes_to_an_end(api: Client, key: str, pattern: str) -> None:
    """Tried in every way it would not, in the life of anybody."""
    make_event(description=LONG[:4000], payload={"text": LONG})
    tree = {"conditions": [{"key": key, "operator": "like", "value": pattern}]}
    assert post(api, "/api/query", {"entity": "event", "filter": tree}) == (200, [])


@pytest.mark.parametrize("text", ["(a+)+$", "^(a|a)*$", "(?:a{1,99}){1,99}b", "[", "(?P<a", "\\", "a{99999999}"])
def test_what_is_a_regular_expression_elsewhere_is_a_text_here(api: Client, text: str) -> None:
    event, _ = make_event(description=f"x {text} y"), make_event(description="a" * 1000)
    escaped = text.replace("\\", "\\\\")
    tree = {"conditions": [{"key": "description", "operator": "like", "value": f"%{escaped}%"}]}
    _, found = post(api, "/api/query", {"entity": "event", "filter": tree})
    assert [each["id"] for each in found] == [event.id.hex]
    assert api.get("/api/events", {"user": text}).json()["events"] == []
