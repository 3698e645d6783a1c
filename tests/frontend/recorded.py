"""What AYON's frontend and Python clients send, in the form in which they send it."""

from typing import Any

EVENTS_PAGE = """
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

fragment EventFragment on EventNode {
  id
  topic
  user
  sender
  project
  description
  dependsOn
  updatedAt
  status
}
"""

EVENTS_BY_ID = """
query EventsById($ids: [String!]!, $includeLogs: Boolean) {
  events(ids: $ids, includeLogs: $includeLogs) {
    edges { node { ...EventFragment } }
  }
}

fragment EventFragment on EventNode { id topic status description summary createdAt updatedAt }
"""

PYTHON_PAGE = """
query Events($eventTopics: [String!], $includeLogsFilter: Boolean!, $newerThanFilter: String!) {
  events(topics: $eventTopics, includeLogs: $includeLogsFilter, newerThan: $newerThanFilter, last: 300%s) {
    edges {
      node { status dependsOn sender description id updatedAt hash topic user createdAt retries project }
    }
    pageInfo { %s hasPreviousPage }
  }
}
"""
"""A page backwards; the cursor is written into the document, and the client goes on from the one it asks for."""


def events_page(*, before: str = "", before_logs: str = "", text: str = "", last: int = 100) -> dict[str, Any]:
    """Return the request for a page of the events page."""
    variables = {"last": last, "before": before, "beforeLogs": before_logs, "filter": text}
    return {"operationName": "EventsWithLogs", "query": EVENTS_PAGE, "variables": variables}


def auth(token: str, *prefixes: str, project: str | None = None) -> dict[str, Any]:
    """Return the first message of a tab's socket, which it repeats whenever it wants to hear of something else."""
    message: dict[str, Any] = {"topic": "auth", "token": token, "subscribe": list(prefixes)}
    return message if project is None else {**message, "project": project}
