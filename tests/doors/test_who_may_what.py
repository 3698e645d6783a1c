"""One table for every door: who may do what to which event. A denial also changes and tells nothing."""

import pytest

from events import stream
from events.models import Event, TopicPolicy
from tests.conftest import Publishing, Roles
from tests.doors.doors import DOORS, Door
from tests.doors.live_doors import LIVE_DOORS, Caller
from tests.doors.world import EVENTS, EVERYBODY, ROLES, WHISPER, World, key_of, make_policies, may, snapshot, undone
from tests.factories import make_event


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("role", EVERYBODY)
def test_every_door_answers_as_the_table_says(people: Roles, publishing: Publishing, role: str, kind: str) -> None:
    make_policies(people)
    world = World(people, role, kind, depends_on=make_event("test.source").pk)
    wrong = {}
    for name, door in DOORS.items():
        if role in door.actors and kind in door.kinds:
            with undone(world):
                wrong[name] = what_is_wrong(door, world, publishing)
    assert {name: what for name, what in wrong.items() if what} == {}


def what_is_wrong(door: Door, world: World, publishing: Publishing) -> str:
    """Try a door, and return what differs from the table; empty: nothing."""
    before = snapshot()
    with publishing() as messages:
        let_through = door.attempt(world)
    if let_through != (world.kind in may(door.verb, world.role)):
        return f"let through: {let_through}: {world.heard}"
    told = [message.topic for message in messages if not message.topic.startswith("audit.")]
    if let_through:
        return ""
    said = [each for each in world.heard if WHISPER in each]
    return "" if (snapshot(), told, said) == (before, [], []) else f"denied, and yet: {told} {said}"


@pytest.fixture
def world_of_keys(transactional_db: None, people: Roles) -> dict[str, str | None]:
    """The key of each role, in a database that other threads see, with the policies."""
    make_policies(people)
    return {role: key_of(people, role) for role in ROLES}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LIVE_DOORS)
async def test_every_door_that_stays_open_answers_as_the_same_table_says(
    world_of_keys: dict[str, str | None], running_bus: None, name: str, role: str
) -> None:
    verb, attempt = LIVE_DOORS[name]
    caller = Caller(role, world_of_keys[role])
    let_through = await attempt(caller)
    assert let_through == may(verb, role)
    for kind in EVENTS.keys() - let_through:
        assert [each for each in caller.heard if f"{WHISPER} {kind}" in each] == []
    if verb == "dispatch":
        assert not await Event.objects.aexists()


def test_python_code_inside_the_server_speaks_for_the_server(db: None) -> None:
    TopicPolicy.objects.create(verb="dispatch", topic="secret.*", allows=False)
    stream.dispatch_event("secret.event")
    assert Event.objects.get().user == "server"
