"""One table for every door: who may do what to which event. A denial also changes and tells nothing."""

import pytest

from events import stream
from events.models import Event, TopicPolicy
from tests.conftest import Publishing, Roles
from tests.doors.doors import DOORS
from tests.doors.live_doors import LIVE_DOORS, Visit
from tests.doors.table import EVENTS, EVERYBODY, may
from tests.doors.world import SOURCE, WHISPER, Door, World, key_of, make_policies, snapshot, undone
from tests.factories import make_event


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_every_door_answers_as_the_table_says(people: Roles, publishing: Publishing, who: str, kind: str) -> None:
    make_policies(people)
    make_event(SOURCE, project="alpha")
    world = World(people, who, kind, depends_on=make_event("test.source").pk)
    wrong = {}
    for name, door in DOORS.items():
        if who in door.callers and kind in door.kinds:
            with undone(world):
                Event.objects.filter(pk=world.event.pk).update(status=door.status)
                wrong[name] = what_is_wrong(door, world, publishing)
    assert {name: what for name, what in wrong.items() if what} == {}


def what_is_wrong(door: Door, world: World, publishing: Publishing) -> str:
    """Try a door, and return what differs from the table; empty: nothing."""
    before = snapshot()
    with publishing() as messages:
        let_through = door.attempt(world)
    if let_through != (world.kind in may(door.verb, world.who)):
        return f"let through: {let_through}: {world.heard}"
    told = [message.topic for message in messages if not message.topic.startswith("audit.")]
    if let_through:
        return ""
    said = [each for each in world.heard if WHISPER in each]
    return "" if (snapshot(), told, said) == (before, [], []) else f"denied, and yet: {told} {said}"


@pytest.fixture
def keys(transactional_db: None, people: Roles) -> dict[str, str | None]:
    """The key of everybody, in a database that other threads see, with the policies."""
    make_policies(people)
    return {who: key_of(people, who) for who in EVERYBODY}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("name", LIVE_DOORS)
async def test_every_door_that_stays_open_answers_as_the_same_table_says(
    keys: dict[str, str | None], running_bus: None, name: str, who: str
) -> None:
    verb, attempt = LIVE_DOORS[name]
    visit = Visit(who, keys[who])
    let_through = await attempt(visit)
    assert let_through == dict.fromkeys(let_through, may(verb, who))
    for kind in EVENTS.keys() - may(verb, who):
        hidden = (f"{WHISPER} {kind}", *visit.ids[kind])
        assert [each for each in visit.heard if any(secret in each for secret in hidden)] == []
    if verb == "dispatch":
        assert not await Event.objects.aexists()


def test_python_code_inside_the_server_speaks_for_the_server(db: None) -> None:
    TopicPolicy.objects.create(verb="dispatch", topic="secret.*", allows=False)
    stream.dispatch_event("secret.event")
    assert Event.objects.get().user == "server"
