from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events.models import Event
from tests.factories import make_event
from tests.graphql.asking import FRONTEND, data, topics

WHOLE = """{ events { edges { cursor node {
  id hash topic project user sender senderType dependsOn status retries description summary createdAt updatedAt
  data payload
} } } }"""


def test_an_event_has_all_its_fields_but_the_payload(api: Client) -> None:
    source = make_event("test.source", payload={"secret": 1})
    event = make_event(
        "test.job", hash="h", project="alpha", user="artist", sender="s", sender_type="api", depends_on=source.id,
        finished=False, description="Do it", summary={"id": 7, "ä": [None]}, payload={"secret": 2},
    )  # fmt: skip
    edge = data(api, WHOLE)["events"]["edges"][1]["node"]
    assert edge == {
        "id": event.id.hex,
        "hash": "h",
        "topic": "test.job",
        "project": "alpha",
        "user": "artist",
        "sender": "s",
        "senderType": "api",
        "dependsOn": source.id.hex,
        "status": "pending",
        "retries": 0,
        "description": "Do it",
        "summary": '{"id": 7, "\\u00e4": [null]}',
        "createdAt": event.created_at.isoformat(),
        "updatedAt": event.updated_at.isoformat(),
        "data": None,
        "payload": None,
    }


def test_times_are_in_utc_with_an_offset(api: Client) -> None:
    make_event()
    Event.objects.update(created_at=datetime(2026, 5, 31, 12, tzinfo=UTC))
    node = data(api, WHOLE)["events"]["edges"][0]["node"]
    assert node["createdAt"] == "2026-05-31T12:00:00+00:00"


def test_aliases_fragments_directives_and_typenames_are_answered(api: Client) -> None:
    make_event("test.event", project="alpha")
    query = """query ($no: Boolean!) {
      all: events { __typename edges {
        __typename cursor @skip(if: true) first: node { __typename ...Two what: topic user @include(if: $no) }
        ... on EventEdge { first: node { status } }
      } }
    } fragment Two on EventNode { project ... on EventNode { retries } }"""
    node = {"__typename": "EventNode", "project": "alpha", "retries": 0, "what": "test.event", "status": "finished"}
    assert data(api, query, no=False) == {
        "all": {"__typename": "EventsConnection", "edges": [{"__typename": "EventEdge", "first": node}]}
    }


def test_an_edge_may_be_asked_for_its_cursor_only(api: Client) -> None:
    make_event()
    [edge] = data(api, "{ events { edges { cursor } } }")["events"]["edges"]
    assert edge == {"cursor": data(api, "{ events { pageInfo { endCursor } } }")["events"]["pageInfo"]["endCursor"]}
    assert topics(api, after=edge["cursor"]) == []


def test_statistics_of_columns_are_empty_lists(api: Client) -> None:
    make_event()
    query = "{ events { fieldStats { name } pageInfo { columnMetadata { name } } } }"
    assert data(api, query)["events"] == {"fieldStats": [], "pageInfo": {"columnMetadata": []}}


def test_one_query_for_each_list(api: Client, django_assert_num_queries: Any, settings: Any) -> None:
    settings.EVENTS_CREDENTIAL_CACHE_SECONDS = 60.0
    source = make_event("test.source", summary={"a": 1})
    make_event("log.info", depends_on=source.id)
    data(api, "{ me { name } }")
    with django_assert_num_queries(2):
        found = data(api, FRONTEND, last=100, before="", beforeLogs="", filter="")
    assert [len(found[name]["edges"]) for name in ("events", "logs")] == [1, 2]
    with django_assert_num_queries(1):
        assert topics(api, hasChildren=True, filter="test", ids=[source.id.hex]) == ["test.source"]
    with django_assert_num_queries(0):
        assert topics(api, topics=[]) == []


def test_only_what_is_asked_for_is_read(api: Client) -> None:
    make_event(summary={"a": 1}, payload={"b": 2})
    with CaptureQueriesContext(
        connection,
    ) as captured:
        data(api, FRONTEND, last=1)
        data(api, "{ events { edges { node { payload data } } } }")
    read = [query["sql"] for query in captured if "LIMIT" in query["sql"] and "creation_order" in query["sql"]]
    assert len(read) == 3
    assert not [sql for sql in read if '"payload"' in sql or '"summary"' in sql or "COUNT" in sql or "OFFSET" in sql]


def test_summaries_are_read_through_a_fragment(api: Client) -> None:
    make_event(summary={"a": 1})
    query = """{ events { ...Page } }
      fragment Page on EventsConnection { edges { node { ...Node } } } fragment Node on EventNode { summary }"""
    assert data(api, query)["events"]["edges"] == [{"node": {"summary": '{"a": 1}'}}]
