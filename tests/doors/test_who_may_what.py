"""One table for every door: who may do what to which event. A denial also changes and tells nothing."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from events import accounts, stream
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import Forbidden
from events.models import Event, TopicPolicy
from events.operations import Operation, operate
from events.policies import Verb
from events.update import EventChanges, update
from tests.api.calls import patch, post
from tests.conftest import Publishing, Roles
from tests.factories import make_event, make_request

ROLES = ("admin", "manager", "service", "artist", "guest")
EVENTS: dict[str, tuple[str, str | None, str | None]] = {
    "own": ("test.event", "alpha", None),
    "granted": ("test.event", "alpha", "bob"),
    "foreign": ("test.event", "beta", "bob"),
    "no project": ("test.event", None, "bob"),
    "denied": ("secret.event", "alpha", None),
}
"""Topic, project and user (None: the actor himself) of the events; a policy refuses everybody all of ``secret.*``."""
FOUR = {"own", "granted", "foreign", "no project"}
TABLE: dict[str, dict[str, set[str]]] = {
    "read": {
        "admin": FOUR,
        "manager": FOUR,
        "service": FOUR,
        "artist": {"own", "granted", "no project"},
        "guest": set(),
    },
    "update": {"admin": FOUR, "manager": FOUR, "service": FOUR, "artist": {"own"}, "guest": set()},
    "operate": {"admin": FOUR, "manager": set(), "service": FOUR, "artist": set(), "guest": set()},
    "dispatch": {"admin": FOUR, "manager": FOUR, "service": FOUR, "artist": set(), "guest": set()},
    "enroll": {"admin": set(), "manager": set(), "service": FOUR, "artist": set(), "guest": set()},
}

Attempt = Callable[["World"], bool]


class World:
    """One event, and somebody who tries something."""

    def __init__(self, people: Roles, role: str, kind: str) -> None:
        self.topic, self.project, user = EVENTS[kind]
        self.user = people[role]
        self.actor = accounts.actor_of(self.user)
        self.key = accounts.issue_key(self.user, "tests")
        self.rest = Client(headers={"X-Api-Key": self.key})
        self.event = make_event(self.topic, project=self.project, user=user or role)

    @property
    def id(self) -> str:
        return self.event.id.hex

    def viewer(self) -> Client:
        """Return the browser of somebody who may use the viewer."""
        self.user.is_staff = True
        self.user.save()
        self.user.user_permissions.add(Permission.objects.get(codename="view_event"))
        client = Client()
        client.force_login(self.user)
        return client

    def new(self, *, store: bool = True) -> dict[str, Any]:
        return {"topic": self.topic, "project": self.project, "store": store}


def allowed(attempt: Callable[[], object]) -> bool:
    """Tell whether Python code was let through."""
    try:
        attempt()
    except Forbidden:
        return False
    return True


def graphql_finds(world: World) -> bool:
    query = "query ($ids: [String!]) { events(ids: $ids, includeLogs: true) { edges { node { id } } } }"
    _, told = post(world.rest, "/graphql", {"query": query, "variables": {"ids": [world.id]}})
    return bool(told["data"]["events"]["edges"])


DOORS: dict[str, tuple[str, Attempt]] = {
    "REST get": ("read", lambda world: world.rest.get(f"/api/events/{world.id}").status_code == 200),
    "GraphQL by id": ("read", graphql_finds),
    "viewer": ("read", lambda world: world.viewer().get(f"/admin/events/event/{world.id}/change/").status_code == 200),
    "Python query": ("read", lambda world: Event.objects.readable_by(world.actor).filter(pk=world.event.pk).exists()),
    "REST patch": ("update", lambda world: patch(world.rest, world.event, {"description": "new"})[0] == 204),
    "REST progress": ("update", lambda world: patch(world.rest, world.event, {"progress": 5})[0] == 204),
    "Python update": (
        "update",
        lambda world: allowed(lambda: update(world.id, EventChanges(description="new"), world.actor)),
    ),
    "REST delete": ("operate", lambda world: world.rest.delete(f"/api/events/{world.id}").status_code == 204),
    "REST eventops": (
        "operate",
        lambda world: (
            (post(world.rest, "/api/eventops", {"type": "delete", "filter": by_id(world)})[1] or {}).get("affected")
            == 1
        ),
    ),
    "Python delete": ("operate", lambda world: allowed(lambda: delete(world.id, by=world.actor))),
    "Python operate": ("operate", lambda world: operates(world)),
    "REST post": ("dispatch", lambda world: post(world.rest, "/api/events", world.new())[0] == 200),
    "REST post, not stored": (
        "dispatch",
        lambda world: post(world.rest, "/api/events", world.new(store=False))[0] == 200,
    ),
    "REST batch": (
        "dispatch",
        lambda world: (post(world.rest, "/api/events/batch", {"events": [world.new()]})[1] or {}).get("refused") == 0,
    ),
    "Python dispatch": (
        "dispatch",
        lambda world: allowed(lambda: dispatch(NewEvent(**world.new()), world.actor)),
    ),
    "REST enroll": (
        "enroll",
        lambda world: post(world.rest, "/api/enroll", {"sourceTopic": "*.event", "targetTopic": "test.job"})[0] == 200,
    ),
    "Python enroll": ("enroll", lambda world: enrolls(world)),
}


def by_id(world: World) -> dict[str, object]:
    return {"conditions": [{"key": "id", "value": world.id}]}


def operates(world: World) -> bool:
    try:
        return operate(Operation(kind="delete", ids=[world.id]), world.actor).affected == 1
    except Forbidden:
        return False


def enrolls(world: World) -> bool:
    try:
        return enroll(make_request("*.event"), world.actor) is not None
    except Forbidden:
        return False


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("role", "kind"), list(product(ROLES, EVENTS)))
def test_every_door_answers_as_the_table_says(
    people: Roles, publishing: Publishing, role: str, kind: str, door: str
) -> None:
    for each in Verb:
        TopicPolicy.objects.create(verb=each, topic="secret.*", allows=False)
    verb, attempt = DOORS[door]
    world = World(people, role, kind)
    before = list(Event.objects.order_by("pk").values())
    with publishing() as messages:
        let_through = attempt(world)
    assert let_through == (kind in TABLE[verb][role])
    if not let_through:
        unaudited = Event.objects.exclude(topic__startswith="audit.")
        assert list(unaudited.order_by("pk").values()) == before
        assert [message for message in messages if not message.topic.startswith("audit.")] == []


def test_python_code_inside_the_server_speaks_for_the_server(db: None) -> None:
    TopicPolicy.objects.create(verb="dispatch", topic="secret.*", allows=False)
    stream.dispatch_event("secret.event")
    assert Event.objects.get().user == "server"
