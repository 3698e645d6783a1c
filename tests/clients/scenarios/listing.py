"""Lists of events: every filter and every two of them, both directions, page by page.

A crowd of a thousand events lives on the server. Which of all events are to be found, the scenarios work out
for themselves: from the list that REST gives, with conditions written in plain Python.
"""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ayon_api import SortOrder
from ayon_api.exceptions import GraphQlQueryFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from ayon_api import ServerAPI

    from tests.clients.stage import Stage

PAGE = 300
"""Events that the client asks for at a time."""
CROWD = 1000

Facts = dict[str, Any]
Condition = tuple[dict[str, Any], "Callable[[Facts], bool]"]
"""An argument of ``get_events``, and what it means."""


def _everything(stage: Stage) -> list[Facts]:
    """Return all events, oldest first, the crowd among them."""
    stage.make_crowd()
    api = stage.service
    events: list[Facts] = []
    path = "events?limit=1000"
    while path:
        page = api.raw_get(path).data
        events += page["events"]
        path = (page["next"] or "").partition("/api/")[2]
    parents = {event["dependsOn"] for event in events}
    for event in events:
        event["hasChildren"] = event["id"] in parents
    assert len(events) >= CROWD
    return events[::-1]


def _text(event: Facts) -> str:
    return " ".join(event[name] or "" for name in ("topic", "project", "user", "description")).lower()


def _conditions(everything: list[Facts]) -> dict[str, Condition]:
    """Return each filter, by name."""
    crowd = [event for event in everything if event["user"].startswith("crowd_user_")]
    some_ids = [event["id"] for event in crowd[::7]]
    early, late = crowd[100]["createdAt"], crowd[-100]["createdAt"]
    return {
        "topics": (
            {"topics": ["crowd.folder.*", "crowd_folder", "log.info"]},
            lambda event: event["topic"].startswith("crowd.folder.") or event["topic"] in ("crowd_folder", "log.info"),
        ),
        "ids": ({"event_ids": some_ids}, lambda event: event["id"] in some_ids),
        "projects": (
            {"project_names": ["crowd_0", "crowd_2"]},
            lambda event: event["project"] in ("crowd_0", "crowd_2"),
        ),
        "statuses": (
            {"statuses": ["finished", "aborted"]},
            lambda event: event["status"] in ("finished", "aborted"),
        ),
        "users": ({"users": ["crowd_user_2", "service"]}, lambda event: event["user"] in ("crowd_user_2", "service")),
        "text": ({"text_filter": "APPROVED in"}, lambda event: "approved" in _text(event)),
        "logs": ({"include_logs": True}, lambda _: True),
        "parents": ({"has_children": True}, lambda event: event["hasChildren"]),
        "childless": ({"has_children": False}, lambda event: not event["hasChildren"]),
        "newer": ({"newer_than": early}, lambda event: event["createdAt"] > early),
        "older": ({"older_than": late}, lambda event: event["createdAt"] < late),
    }


def _expected(everything: list[Facts], conditions: list[Condition]) -> list[str]:
    """Return the ids of what is to be found, oldest first; logs only for who asks for them or names topics."""
    with_logs = any(argument.keys() & {"topics", "include_logs"} for argument, _ in conditions)
    return [
        event["id"]
        for event in everything
        if all(holds(event) for _, holds in conditions) and (with_logs or not event["topic"].startswith("log."))
    ]


def _check(stage: Stage, api: ServerAPI, everything: list[Facts], conditions: list[Condition]) -> None:
    """Compare what both directions find, and how many requests that takes."""
    arguments = {name: value for argument, _ in conditions for name, value in argument.items()}
    expected = _expected(everything, conditions)
    assert expected, arguments
    for order, wanted in ((SortOrder.ascending, expected), (SortOrder.descending, expected[::-1])):
        before = len(stage.calls_to("/graphql"))
        found = [event["id"] for event in api.get_events(**arguments, fields={"id"}, order=order)]
        assert found == wanted, (order, arguments)
        assert len(stage.calls_to("/graphql")) - before == -(-len(wanted) // PAGE), (order, arguments)


def each_filter_alone_finds_what_it_says(stage: Stage) -> None:
    api, everything = stage.service, _everything(stage)
    for condition in _conditions(everything).values():
        _check(stage, api, everything, [condition])


def every_two_filters_find_what_both_say(stage: Stage) -> None:
    api, everything = stage.service, _everything(stage)
    conditions = _conditions(everything)
    for first, second in combinations(conditions, 2):
        if {first, second} != {"parents", "childless"}:
            _check(stage, api, everything, [conditions[first], conditions[second]])


def a_thousand_events_come_once_each_in_as_many_requests_as_pages(stage: Stage) -> None:
    everything = _everything(stage)
    wanted = [event for event in everything if event["user"].startswith("crowd_user_")]
    assert len(wanted) == CROWD
    api = stage.service
    users = ["crowd_user_1", "crowd_user_2"]
    for order, expected in ((SortOrder.ascending, wanted), (SortOrder.descending, wanted[::-1])):
        before = len(stage.calls_to("/graphql"))
        found = list(api.get_events(users=users, include_logs=True, order=order))
        assert [event["id"] for event in found] == [event["id"] for event in expected]
        assert len(stage.calls_to("/graphql")) - before == 4
        names = ("hash", "topic", "project", "user", "sender", "dependsOn", "status", "retries", "description")
        for event, other in zip(found, expected, strict=True):
            assert {name: event[name] for name in names} == {name: other[name] for name in names}
            assert (event["createdAt"], event["updatedAt"]) == (other["createdAt"], other["updatedAt"])


def a_limit_takes_from_the_end_where_the_order_begins(stage: Stage) -> None:
    everything = [event["id"] for event in _everything(stage) if not event["topic"].startswith("log.")]
    api = stage.service
    for number in (1, 299, 300, 301, 650):
        for order, wanted in ((SortOrder.ascending, everything), (SortOrder.descending, everything[::-1])):
            before = len(stage.calls_to("/graphql"))
            assert [event["id"] for event in api.get_events(limit=number, order=order)] == wanted[:number]
            assert len(stage.calls_to("/graphql")) - before == -(-number // PAGE)


def first_and_last_take_from_their_ends(stage: Stage) -> None:
    everything = [event["id"] for event in _everything(stage) if not event["topic"].startswith("log.")]
    api = stage.service
    for number in (1, 5, 350):
        assert [event["id"] for event in api.get_events(first=number)] == everything[:number]
        assert [event["id"] for event in api.get_events(last=number)] == everything[::-1][:number]
    assert [event["id"] for event in api.get_events(first=7, last=3)] == everything[::-1][:3]


def first_and_last_in_one_query_are_the_newest_as_many_as_first(stage: Stage) -> None:
    everything = [event["id"] for event in _everything(stage) if not event["topic"].startswith("log.")]
    query = "{ events(first: 7, last: 3) { edges { node { id } } } }"
    edges = stage.service.query_graphql(query).data["data"]["events"]["edges"]
    assert [edge["node"]["id"] for edge in edges] == everything[::-1][:7]


def an_empty_list_finds_nothing_without_asking(stage: Stage) -> None:
    api = stage.service
    for name in ("topics", "event_ids", "project_names", "statuses", "users"):
        assert not list(api.get_events(**{name: []}))
    assert not stage.calls_to("/graphql")


def names_that_nothing_has_find_nothing(stage: Stage) -> None:
    api = stage.service
    for name in ("topics", "project_names", "users", "statuses"):
        assert not list(api.get_events(**{name: [f"nothing_{stage.name}"]}))
    assert not list(api.get_events(event_ids=["0" * 32]))


def states_are_the_old_name_of_statuses(stage: Stage) -> None:
    api = stage.service
    pending = api.create_event(stage.topic(), finished=False)
    api.create_event(stage.topic())
    query = 'query Q($t: [String!]) { events(topics: $t, states: ["pending"]) { edges { node { id } } } }'
    edges = api.query_graphql(query, {"t": [stage.topic()]}).data["data"]["events"]["edges"]
    assert [edge["node"]["id"] for edge in edges] == [pending]


def a_star_alone_stands_for_every_topic(stage: Stage) -> None:
    everything = [event["id"] for event in _everything(stage)]
    assert [event["id"] for event in stage.service.get_events(topics=["*"])] == everything


def only_the_fields_that_are_asked_for_are_sent(stage: Stage) -> None:
    api = stage.service
    event_id = api.create_event(stage.topic(), summary={"cups": 2}, payload={"secret": 1})
    (event,) = api.get_events(topics=[stage.topic()], fields={"id", "summary", "payload"})
    assert (event["id"], json.loads(event["summary"])) == (event_id, {"cups": 2})
    assert event["payload"] is None
    assert event.keys() == {"id", "summary", "payload"}


def an_update_does_not_move_an_event_in_lists(stage: Stage) -> None:
    api = stage.service
    ids = [api.create_event(stage.topic()) for _ in range(3)]
    api.update_event(ids[0], description="again")
    assert [event["id"] for event in api.get_events(topics=[stage.topic()])] == ids


def what_is_dispatched_meanwhile_comes_at_the_end(stage: Stage) -> None:
    _everything(stage)
    api = stage.service
    found: list[str] = []
    late = None
    for event in api.get_events(include_logs=True):
        late = late or api.create_event(stage.topic())
        found.append(event["id"])
    assert found[-1] == late
    assert len(found) == len(set(found))


def a_user_lists_own_events(stage: Stage) -> None:
    stage.run_in_server(
        "from django.contrib.auth.models import User; from events.models import ProjectGrant;"
        f"user = User.objects.create_user('u_{stage.name}', password='{stage.name}');"
        f"ProjectGrant.objects.create(user=user, project='p_{stage.name}')"
    )
    service = stage.service
    mine = service.create_event(stage.topic(), project_name=f"p_{stage.name}", username=f"u_{stage.name}")
    elsewhere = service.create_event(stage.topic(), project_name="alpha", username=f"u_{stage.name}")
    somebodys = service.create_event(stage.topic(), project_name=f"p_{stage.name}", username="mara")
    with service.as_username(f"u_{stage.name}"):
        assert [event["id"] for event in service.get_events(topics=[stage.topic()])] == [mine]
        by_id = service.get_events(event_ids=[mine, elsewhere, somebodys])
        assert {event["id"] for event in by_id} == {mine, somebodys}
        assert service.get_event(somebodys)["id"] == somebodys
        assert service.get(f"events/{elsewhere}").status_code == 403


def a_filter_that_is_none_is_an_error_that_names_it(stage: Stage) -> None:
    api = stage.service
    for name, given, value in (("newerThan", "newer_than", "yesterday"), ("topics", "topics", ["no topic"])):
        assert name in str(stage.error(GraphQlQueryFailed, next, api.get_events(**{given: value})))
