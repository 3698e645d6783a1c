"""The doors that answer a request: what somebody does there, and whether it was let through."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.test import Client

from events.batch import dispatch_batch
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import EventError
from events.models import Event
from events.operations import Operation, operate
from events.update import EventChanges, update
from tests.api.calls import patch, post
from tests.doors.world import EVENTS, EVERYBODY, ROLES, World
from tests.factories import make_request

LIST = "/admin/events/event/"


@dataclass(frozen=True)
class Door:
    """One way to do something."""

    verb: str
    attempt: Callable[[World], bool]
    actors: tuple[str, ...] = EVERYBODY
    kinds: tuple[str, ...] = tuple(EVENTS)


BROWSERS = tuple(role for role in ROLES if role != "limited")
"""Who may come with a browser's session: limits are those of a key."""
CODE = tuple(role for role in EVERYBODY if role != "nobody")
"""For whom Python code may speak: it always knows for whom."""


def graphql(world: World, arguments: str) -> bool:
    query = f"{{ events({arguments}, includeLogs: true) {{ edges {{ cursor node {{ id description }} }} }} }}"
    status, told = post(world.rest, "/graphql", {"query": query})
    return status == 200 and world.id in [edge["node"]["id"] for edge in told["data"]["events"]["edges"]]


def in_list(world: World) -> bool:
    answer = world.rest.get("/api/events")
    return answer.status_code == 200 and world.id in [each["id"] for each in answer.json()["events"]]


def queried(world: World) -> bool:
    status, told = post(world.rest, "/api/query", {"entity": "event", "filter": world.by_id()})
    return status == 200 and [each["id"] for each in told] == [world.id]


def affected(world: World) -> bool:
    status, told = post(world.rest, "/api/eventops", {"type": "delete", "filter": world.by_id()})
    return status == 200 and told["affected"] == 1


def shows(world: World, path: str) -> bool:
    answer = world.viewer().get(path)
    return answer.status_code == 200 and world.event.description in answer.content.decode()


def shows_change(world: World) -> bool:
    return shows(world, f"{LIST}live/?since={world.event.position - 1}")


def viewer_operates(world: World) -> bool:
    browser: Client = world.viewer()
    wanted = {"kind": "delete", "ids": [world.id], "confirmed": "yes", "bound": str(world.event.position)}
    begun = browser.post(f"{LIST}operate/", wanted)
    if begun.status_code != 302 or "operation" not in begun["Location"]:
        return False
    answer = browser.post(begun["Location"], headers={"Accept": "application/json"})
    return bool(answer.json()["affected"] == 1)


def batch_stores(world: World) -> bool:
    (outcome,) = dispatch_batch([NewEvent(**world.new())], world.actor)
    if isinstance(outcome, EventError):
        raise outcome
    return outcome.created


def operates(world: World) -> bool:
    return operate(Operation(kind="delete", ids=[world.id]), world.actor).affected == 1


def wants_jobs(world: World) -> dict[str, object]:
    return {"sourceTopic": world.topic, "targetTopic": "test.job"}


def finds_by_hash(world: World) -> bool:
    status, told = post(world.rest, "/api/events", {"topic": "test.try", "project": "alpha", "hash": "whispered-hash"})
    return status == 409 and told.get("id") == world.id


def depends_on_it(world: World) -> bool:
    new = {"topic": "test.try", "project": "alpha", "dependsOn": world.id}
    return post(world.rest, "/api/events", new)[0] == 200


def knows_project(world: World) -> bool:
    answer = world.rest.get("/api/projects")
    listed = answer.status_code == 200 and world.project in [each["name"] for each in answer.json()["projects"]]
    assert listed == (world.rest.get(f"/api/projects/{world.project}").status_code == 200)
    return listed


def graphql_knows_project(world: World) -> bool:
    status, told = post(world.rest, "/graphql", {"query": "{ projects { edges { node { name } } } }"})
    return status == 200 and world.project in [edge["node"]["name"] for edge in told["data"]["projects"]["edges"]]


def code(world: World, attempt: Callable[[], Any]) -> bool:
    """Tell whether Python code was let through, and found something if it looked for something."""
    found: list[object] = []
    return world.allowed(lambda: found.append(attempt())) and found[0] is not False


DOORS = {
    "REST get": Door("read", lambda world: world.rest.get(f"/api/events/{world.id}").status_code == 200),
    "GraphQL by id": Door("read", lambda world: graphql(world, f'ids: ["{world.id}"]')),
    "viewer, page": Door("read", lambda world: shows(world, f"{LIST}{world.id}/change/"), BROWSERS),
    "viewer, list": Door("read", lambda world: shows(world, LIST), BROWSERS),
    "viewer, what changed": Door("read", shows_change, BROWSERS),
    "Python, by id": Door(
        "read", lambda world: Event.objects.readable_by(world.actor).filter(pk=world.event.pk).exists(), CODE
    ),
    "REST list": Door("list", in_list),
    "GraphQL, newest": Door("list", lambda world: graphql(world, "last: 10")),
    "GraphQL, search": Door("list", lambda world: graphql(world, 'filter: "whispered"')),
    "Python, list": Door(
        "list", lambda world: Event.objects.listed_to(world.actor).filter(pk=world.event.pk).exists(), CODE
    ),
    "REST query": Door("query", queried),
    "REST patch": Door("update", lambda world: patch(world.rest, world.event, {"description": "new"})[0] == 204),
    "REST progress": Door("update", lambda world: patch(world.rest, world.event, {"progress": 5})[0] == 204),
    "Python update": Door(
        "update",
        lambda world: world.allowed(lambda: update(world.id, EventChanges(description="new"), world.actor)),
        CODE,
    ),
    "REST patch to restarted": Door(
        "intervene", lambda world: patch(world.rest, world.event, {"status": "restarted"})[0] == 204
    ),
    "Python update to aborted": Door(
        "intervene",
        lambda world: world.allowed(lambda: update(world.id, EventChanges(status="aborted"), world.actor)),
        CODE,
    ),
    "REST post of its hash": Door("come upon", finds_by_hash),
    "REST post that depends on it": Door("come upon", depends_on_it),
    "REST projects": Door("know its project", knows_project),
    "GraphQL projects": Door("know its project", graphql_knows_project),
    "REST user": Door(
        "know a manager", lambda world: "data" in world.rest.get("/api/users/manager").json(), kinds=("own",)
    ),
    "REST delete": Door("operate", lambda world: world.rest.delete(f"/api/events/{world.id}").status_code == 204),
    "REST eventops": Door("operate", affected),
    "Python delete": Door("operate", lambda world: world.allowed(lambda: delete(world.id, by=world.actor)), CODE),
    "Python operate": Door("operate", lambda world: code(world, lambda: operates(world)), CODE),
    "viewer, operation": Door("operate", viewer_operates, BROWSERS),
    "viewer, operation with the permission": Door(
        "operate with the permission", lambda world: viewer_operates(world.permit()), BROWSERS
    ),
    "REST delete with the permission": Door(
        "operate with the permission",
        lambda world: world.permit().rest.delete(f"/api/events/{world.id}").status_code == 204,
    ),
    "REST post": Door("dispatch", lambda world: post(world.rest, "/api/events", world.new())[0] == 200),
    "REST post, not stored": Door(
        "dispatch", lambda world: post(world.rest, "/api/events", world.new(store=False))[0] == 200
    ),
    "REST batch": Door(
        "dispatch",
        lambda world: post(world.rest, "/api/events/batch", {"events": [world.new()]})[1].get("refused") == 0,
    ),
    "Python dispatch": Door(
        "dispatch", lambda world: world.allowed(lambda: dispatch(NewEvent(**world.new()), world.actor)), CODE
    ),
    "Python batch": Door("dispatch", lambda world: code(world, lambda: batch_stores(world)), CODE),
    "REST enroll": Door("enroll", lambda world: post(world.rest, "/api/enroll", wants_jobs(world))[0] == 200),
    "Python enroll": Door(
        "enroll",
        lambda world: code(world, lambda: enroll(make_request(world.topic), world.actor) is not None),
        CODE,
    ),
}
