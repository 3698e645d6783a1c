"""How the tests ask."""

from typing import Any

from django.db import transaction
from django.test import Client

from events import position
from events.hashing import new_id
from events.models import Event

FRAGMENT = """
fragment EventFragment on EventNode {
  id topic user sender project description dependsOn updatedAt status
}
"""
FRONTEND = (
    """
query EventsWithLogs($last: Int, $before: String, $beforeLogs: String, $filter: String) {
  events(last: $last, before: $before, includeLogs: false, filter: $filter) {
    edges { node { ...EventFragment } cursor }
    pageInfo { hasPreviousPage }
  }
  logs: events(last: $last, before: $beforeLogs, includeLogs: true, filter: $filter) {
    edges { node { ...EventFragment } cursor }
    pageInfo { hasPreviousPage }
  }
}
"""
    + FRAGMENT
)


def ask(client: Client, query: str, **variables: object) -> dict[str, Any]:
    """Return the answer, which has the status 200 whatever the query is."""
    body = {"query": query, "variables": variables}
    answer = client.post("/graphql", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def data(client: Client, query: str, **variables: object) -> dict[str, Any]:
    """Return the data of an answer without errors."""
    told = ask(client, query, **variables)
    assert "errors" not in told
    found: dict[str, Any] = told["data"]
    return found


EVERY_ARGUMENT = """
query ($ids: [String!], $topics: [String!], $projects: [String!], $users: [String!], $states: [String!],
       $statuses: [String!], $hasChildren: Boolean, $olderThan: String, $newerThan: String, $filter: String,
       $includeLogs: Boolean, $first: Int, $after: String, $last: Int, $before: String) {
  events(ids: $ids, topics: $topics, projects: $projects, users: $users, states: $states, statuses: $statuses,
         hasChildren: $hasChildren, olderThan: $olderThan, newerThan: $newerThan, filter: $filter,
         includeLogs: $includeLogs, first: $first, after: $after, last: $last, before: $before) {
    edges { node { topic } }
  }
}
"""


def topics(client: Client, **arguments: object) -> list[str]:
    """Return the topics of the events that some arguments find."""
    found = data(client, EVERY_ARGUMENT, **arguments)
    return [edge["node"]["topic"] for edge in found["events"]["edges"]]


def refusal(client: Client, query: str, **variables: object) -> tuple[str, str]:
    """Return message and code of the one error of an answer that has no data."""
    told = ask(client, query, **variables)
    assert told["data"] is None
    [error] = told["errors"]
    assert "Traceback" not in error["message"]
    return error["message"], error["extensions"]["code"]


def make_events(count: int) -> list[str]:
    """Store events and return their ids, oldest first."""
    with transaction.atomic():
        Event.objects.bulk_create(
            [Event(topic="bench.event", hash=new_id().hex, **position.stamp()) for _ in range(count)]
        )
    return [event.hex for event in Event.objects.order_by("creation_order").values_list("pk", flat=True)]
