"""Texts that try to be SQL or a path of JSON, in every parameter that the doors have: they are found by themselves."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.test import Client
from graphql import GraphQLList, GraphQLObjectType, GraphQLScalarType, get_named_type, get_nullable_type

from events import adispatch_event
from events.admin import changelist
from events.admin.facets import PARAMETERS
from events.api.openapi import document
from events.graphql.schema import schema
from events.models import Event
from tests.admin.viewing import LIST, browser
from tests.api.calls import call, post
from tests.conftest import Roles
from tests.doors.world import World, key_of
from tests.factories import make_event
from tests.realtime.sockets import Socket
from tests.realtime.streams import stream

TEXTS = [
    "'",
    '"',
    "' OR '1'='1",
    "'; DROP TABLE events_event; --",
    "1); DELETE FROM events_event; --",
    "\\'; SELECT pg_sleep(10); --",
    "%' OR 1=1 --",
    "$$; SELECT 1; $$",
    "payload'->>'a",
    '{"$gt": ""}',
    "%s %(a)s {0}",
    "../../etc/passwd",
    "\u202e\u0000",
]
RIGHT = {
    "topic": "test.other",
    "sourceTopic": "test.nothing",
    "targetTopic": "test.job",
    "entity": "event",
    "type": "abort",
    "name": "artist",
    "password": "artist",
    "filter": {"conditions": [{"key": "topic", "value": "test.nothing"}]},
    "events": [{"topic": "test.other"}],
}
"""What the other fields of a body say, so that the one that is tried is looked at."""
each_text = pytest.mark.parametrize("text", TEXTS)


@pytest.fixture
def event(db: None) -> Event:
    return make_event(hash="mine", payload={"a": 1}, summary={"a": "b"}, description="never touched")


@pytest.fixture
def untouched(event: Event) -> Iterator[None]:
    """After the test the event is as it was."""
    before = Event.objects.filter(pk=event.pk).values().get()
    yield
    assert Event.objects.filter(pk=event.pk).values().get() == before


def requests(text: str) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str], dict[str, Any] | None]]:
    """Yield method, path, query, headers and body for each parameter and field of the OpenAPI document."""
    described = document()
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            plain = path.replace("{event_id}", "0" * 32).replace("{name}", "nobody")
            for parameter in operation.get("parameters", ()):
                name = parameter["name"]
                query = {name: text} if parameter["in"] == "query" else {}
                headers = {name: text} if parameter["in"] == "header" else {}
                where = path.replace(f"{{{name}}}", text) if parameter["in"] == "path" else plain
                yield method.upper(), where, query, headers, None
            if "requestBody" in operation:
                shape = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                fields = described["components"]["schemas"][shape]["properties"]
                right = {name: RIGHT[name] for name in fields if name in RIGHT}
                for name in fields:
                    for value in (text, [text], {text: text}):
                        yield method.upper(), plain, {}, {}, right | {name: value}


@each_text
def test_no_parameter_of_rest_is_taken_for_sql(api: Client, event: Event, untouched: None, text: str) -> None:
    tried = 0
    for method, path, query, headers, body in requests(text):
        content = b"" if body is None else json.dumps(body).encode()
        answer = api.generic(method, path, content, "application/json", query_params=query, headers=headers)
        assert answer.status_code < 500, (method, path, query, headers, body)
        if query and not {"limit", "cursor"} & query.keys():
            assert event.id.hex not in answer.content.decode()
        tried += 1
    assert tried > 80


@each_text
def test_no_part_of_a_filter_is_taken_for_sql(api: Client, event: Event, untouched: None, text: str) -> None:
    for key, value in (("topic", text), (text, "a"), (f"payload/{text}", "a"), ("payload/a", text)):
        for operator in ("eq", "like", "gt", "in", "includesany", text):
            given = [value] if operator in ("in", "includesany") else value
            tree = {"conditions": [{"key": key, "value": given, "operator": operator}]}
            status, found = post(api, "/api/query", {"entity": "event", "filter": tree})
            assert status in (200, 400)
            assert status == 400 or found == [] or operator in ("gt", "like")
            assert post(api, "/api/eventops", {"type": "delete", "filter": tree, "dryRun": True})[0] in (200, 400)


@each_text
def test_no_argument_of_graphql_is_taken_for_sql(api: Client, untouched: None, text: str) -> None:
    query_type = schema.graphql_schema.query_type
    assert isinstance(query_type, GraphQLObjectType)
    tried = 0
    for field, definition in query_type.fields.items():
        leaf = "" if isinstance(get_named_type(definition.type), GraphQLScalarType) else "{ __typename }"
        for name, argument in definition.args.items():
            if get_named_type(argument.type).name not in ("String", "ID"):
                continue
            value = [text] if isinstance(get_nullable_type(argument.type), GraphQLList) else text
            query = f"query ($value: {argument.type}) {{ {field}({name}: $value) {leaf} }}"
            status, told = post(api, "/graphql", {"query": query, "variables": {"value": value}})
            assert status == 200
            assert {each["extensions"]["code"] for each in told.get("errors", ())} <= CODES, (field, name, told)
            tried += 1
    assert tried > 15


CODES = {"invalid_field", "user_missing", "project_missing"}


@each_text
def test_no_parameter_of_the_viewer_is_taken_for_sql(people: Roles, untouched: None, text: str) -> None:
    client = browser(people["admin"])
    for name in (*PARAMETERS, "q", changelist.IDS, changelist.SINCE, changelist.BEFORE, changelist.AFTER, "o", "p"):
        for path in (LIST, f"{LIST}live/"):
            assert client.get(path, {name: text}).status_code in (200, 302, 400), name
    for name in ("kind", "scope", "ids", "view", "bound", "cascade"):
        given = {"kind": "delete", "ids": "0" * 32, "confirmed": "yes", name: text}
        assert client.post(f"{LIST}operate/", given, follow=True).status_code in (200, 400), name
    assert client.get(f"{LIST}{text}/change/").status_code == 404
    assert client.get("/admin/", {"window": text}).status_code == 400


@pytest.mark.django_db(transaction=True)
async def test_nothing_that_is_said_on_a_socket_is_taken_for_sql(people: Roles, running_bus: None) -> None:
    key = await sync_to_async(key_of)(people, "service")
    async with Socket() as socket:
        for text in TEXTS:
            await socket.log_in(key, text, project=text)
            event = {"topic": text, "project": text, "sender": text, "description": text}
            await socket.say({"topic": "publish", "event": event})
            assert (await socket.event())["field"] == "topic"
        await socket.log_in(key, *TEXTS)
        await adispatch_event("test.event")
        await adispatch_event("server.started")
        assert await socket.topics_until("server.started") == []


@each_text
@pytest.mark.django_db(transaction=True)
async def test_no_parameter_of_a_stream_is_taken_for_sql(people: Roles, running_bus: None, text: str) -> None:
    key = await sync_to_async(key_of)(people, "service")
    assert key
    async with stream(headers={"x-api-key": key}, topics=text, project=text) as opened:
        assert opened.status == 200
        await opened.counts()
        await adispatch_event("test.event")
        await adispatch_event("server.started")
        assert (await opened.event())["topic"] == "server.started"
    async with stream(headers={"x-api-key": key}, since=text) as opened:
        assert opened.status == 400


@pytest.mark.parametrize("role", ["limited", "artist", "guest"])
def test_no_condition_reaches_into_a_hidden_payload(people: Roles, role: str) -> None:
    """A filter is put beside the rules of access: it takes away and adds nothing."""
    world = World(people, role, "foreign")
    for operator in ("or", "and"):
        tree = {"operator": operator, "conditions": [{"key": "payload/text", "operator": "notnull"}]}
        status, found, _ = call(world.rest, "POST", "/api/query", {"entity": "event", "filter": tree})
        assert (status, found if status == 200 else []) in ((403, []), (200, []))
