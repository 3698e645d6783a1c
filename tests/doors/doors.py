"""The doors that answer a request: what somebody does there, and whether it was let through."""

from collections.abc import Callable
from typing import Any

from events import access
from events.batch import dispatch_batch
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import EventError
from events.models import Event
from events.operations import Operation, operate
from events.status import Status
from events.update import EventChanges, update
from tests.api.calls import patch, post
from tests.doors.table import CODE
from tests.doors.viewer_doors import VIEWER_DOORS
from tests.doors.world import SOURCE, Door, World
from tests.factories import make_request


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


def affected(world: World, kind: str, **which: object) -> bool:
    status, told = post(world.rest, "/api/eventops", {"type": kind, **which})
    return status == 200 and told["affected"] == 1


def batched(world: World, new: dict[str, object]) -> bool:
    status, told = post(world.rest, "/api/events/batch", {"events": [new]})
    return status == 200 and told["refused"] == 0


def batch_stores(world: World) -> bool:
    (outcome,) = dispatch_batch([NewEvent(**world.new())], world.actor)
    if isinstance(outcome, EventError):
        raise outcome
    return outcome.created


def operates(world: World) -> bool:
    return operate(Operation(kind="delete", ids=[world.id]), world.actor).affected == 1


def gets_job(world: World, **wanted: object) -> bool:
    asked = {"sourceTopic": world.topic, "targetTopic": "test.job", **wanted}
    return post(world.rest, "/api/enroll", asked)[0] == 200


def receives(world: World) -> bool:
    about: dict[str, Any] = {"topic": world.topic, "project": world.project, "user": world.event.user}
    return access.may_receive(world.actor, **about, recipients=None)


def takes_its_place(world: World) -> bool:
    return post(world.rest, "/api/events", world.new() | {"hash": "whispered-hash", "reuse": True})[0] == 200


def python_takes_its_place(world: World) -> bool:
    return world.allowed(lambda: dispatch(NewEvent(**world.new(), hash="whispered-hash", reuse=True), world.actor))


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
    one = f'one: project(name: "{world.project}") {{ name }}' if world.project else ""
    status, told = post(world.rest, "/graphql", {"query": f"{{ projects {{ edges {{ node {{ name }} }} }} {one} }}"})
    data = (told.get("data") or {}) if status == 200 else {}
    return (data.get("one") or {}).get("name") == world.project is not None


def code(world: World, attempt: Callable[[], Any]) -> bool:
    """Tell whether Python code was let through, and found something if it looked for something."""
    found: list[object] = []
    return world.allowed(lambda: found.append(attempt())) and found[0] is not False


TOLD = {"conditions": [{"key": "payload/text", "operator": "like", "value": "whispered%"}]}

DOORS = {
    "REST get": Door("read", lambda world: world.rest.get(f"/api/events/{world.id}").status_code == 200),
    "GraphQL by id": Door("read", lambda world: graphql(world, f'ids: ["{world.id}"]')),
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
    "Python, message": Door("receive", receives, CODE),
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
    "REST patch to another user": Door(
        "take over", lambda world: patch(world.rest, world.event, {"user": "somebody"})[0] == 204
    ),
    "Python update to aborted": Door(
        "intervene",
        lambda world: world.allowed(lambda: update(world.id, EventChanges(status="aborted"), world.actor)),
        CODE,
    ),
    "REST post in its place": Door("replace", takes_its_place),
    "Python dispatch in its place": Door("replace", python_takes_its_place, CODE),
    "REST post of its hash": Door("come upon", finds_by_hash),
    "REST post that depends on it": Door("come upon", depends_on_it),
    "REST projects": Door("know its project", knows_project),
    "GraphQL projects": Door("know its project", graphql_knows_project),
    "REST user": Door(
        "know a manager", lambda world: "data" in world.rest.get("/api/users/manager").json(), kinds=("own",)
    ),
    "REST delete": Door("operate", lambda world: world.rest.delete(f"/api/events/{world.id}").status_code == 204),
    "REST eventops": Door("operate", lambda world: affected(world, "delete", filter=world.by_id())),
    "REST eventops, by ids": Door("operate", lambda world: affected(world, "delete", ids=[world.id])),
    "REST eventops, counted": Door("operate", lambda world: affected(world, "delete", ids=[world.id], dryRun=True)),
    "REST eventops, restart": Door("operate", lambda world: affected(world, "restart", ids=[world.id])),
    "REST eventops, abort": Door(
        "operate", lambda world: affected(world, "abort", ids=[world.id]), status=Status.IN_PROGRESS
    ),
    "Python delete": Door("operate", lambda world: world.allowed(lambda: delete(world.id, by=world.actor)), CODE),
    "Python operate": Door("operate", lambda world: code(world, lambda: operates(world)), CODE),
    "REST delete with the permission": Door(
        "operate with the permission",
        lambda world: world.permit().rest.delete(f"/api/events/{world.id}").status_code == 204,
    ),
    "REST post": Door("dispatch", lambda world: post(world.rest, "/api/events", world.new())[0] == 200),
    "REST post, not stored": Door(
        "dispatch", lambda world: post(world.rest, "/api/events", world.new(store=False))[0] == 200
    ),
    "REST batch": Door("dispatch", lambda world: batched(world, world.new())),
    "REST batch, not stored": Door("dispatch", lambda world: batched(world, world.new(store=False))),
    "Python dispatch": Door(
        "dispatch", lambda world: world.allowed(lambda: dispatch(NewEvent(**world.new()), world.actor)), CODE
    ),
    "Python batch": Door("dispatch", lambda world: code(world, lambda: batch_stores(world)), CODE),
    "REST enroll": Door("enroll", lambda world: gets_job(world)),
    "REST enroll, several": Door("enroll", lambda world: gets_job(world, limit=5)),
    "REST enroll, with a filter": Door("enroll", lambda world: gets_job(world, filter=TOLD)),
    "Python enroll": Door(
        "enroll",
        lambda world: code(world, lambda: enroll(make_request(world.topic), world.actor) is not None),
        CODE,
    ),
    "REST enroll for its topic": Door(
        "enroll into", lambda world: gets_job(world, sourceTopic=SOURCE, targetTopic=world.topic)
    ),
    **VIEWER_DOORS,
}
