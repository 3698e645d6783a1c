"""One table for every door: who may do what to which event. A denial also changes and tells nothing."""

import pytest

from events import stream
from events.models import Event, TopicPolicy
from tests.conftest import Publishing, Roles
from tests.doors.doors import DOORS
from tests.doors.live_doors import LIVE_DOORS, Caller
from tests.doors.world import EVENTS, ROLES, WHISPER, World, key_of, may, refuse_secrets, snapshot

CASES = [(name, role, kind) for name, door in DOORS.items() for role in door.actors for kind in EVENTS]


@pytest.mark.parametrize(("name", "role", "kind"), CASES)
def test_every_door_answers_as_the_table_says(
    people: Roles, publishing: Publishing, name: str, role: str, kind: str
) -> None:
    refuse_secrets()
    door, world = DOORS[name], World(people, role, kind)
    before = snapshot()
    with publishing() as messages:
        let_through = door.attempt(world)
    assert let_through == (kind in may(door.verb, role))
    if not let_through:
        assert snapshot() == before
        assert [message for message in messages if not message.topic.startswith("audit.")] == []
        assert [each for each in world.heard if WHISPER in each] == []


@pytest.fixture
def world_of_keys(transactional_db: None, people: Roles) -> dict[str, str | None]:
    """The key of each role, in a database that other threads see; ``secret.*`` is refused to everybody."""
    refuse_secrets()
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
