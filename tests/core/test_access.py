from collections.abc import Callable
from typing import Any

import pytest

from events import access
from events.access import EVERYBODYS_TOPICS, GUEST_TOPICS
from events.accounts import actor_of
from events.actor import Actor
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import Forbidden
from events.models import Event
from events.update import EventChanges, update
from tests.conftest import Publishing, Roles
from tests.factories import make_event, make_request

ROLES = ("admin", "manager", "service", "artist", "guest")
MANAGERS = {"admin", "manager", "service"}
OPERATORS = {"admin", "service"}

Verb = Callable[[Actor], object]


def change(changes: EventChanges, **fields: Any) -> Verb:
    """Return the verb that changes an event with these fields; one that has no user gets the actor as its user."""

    def verb(by: Actor) -> None:
        pk = Event.objects.filter(topic=fields["topic"]).values_list("pk", flat=True).get()
        Event.objects.filter(pk=pk, user="nobody").update(user=by.name)
        update(pk, changes, by)

    return verb


RENAME = EventChanges(description="new")
FAIL = EventChanges(status="failed")
VERBS: dict[str, tuple[Verb, set[str]]] = {
    "dispatch": (lambda by: dispatch(NewEvent(topic="test.new"), by), MANAGERS),
    "dispatch without storing": (lambda by: dispatch(NewEvent(topic="test.new", store=False), by), MANAGERS),
    "update": (change(RENAME, topic="test.event"), MANAGERS),
    "update their own": (change(RENAME, topic="test.own"), MANAGERS | {"artist"}),
    "update their own of a foreign project": (change(RENAME, topic="test.own.beta"), MANAGERS),
    "report progress": (change(EventChanges(progress=5), topic="test.event"), MANAGERS),
    "give their own to somebody": (change(EventChanges(user="bob"), topic="test.own"), MANAGERS),
    "move their own to a foreign project": (change(EventChanges(project="beta"), topic="test.own"), MANAGERS),
    "change the status": (change(FAIL, topic="test.event"), {"service"}),
    "change the status of their own": (change(FAIL, topic="test.own"), {"service"}),
    "change the status of a job": (change(FAIL, topic="test.job"), MANAGERS),
    "change the status of their own job": (change(FAIL, topic="test.own.job"), MANAGERS | {"artist"}),
    "change the status of an installation": (change(FAIL, topic="addon.install_from_url"), MANAGERS),
    "change the status of a launch": (change(FAIL, topic="action.launcher"), OPERATORS),
    "leave the status as it is": (change(EventChanges(status="finished"), topic="test.event"), MANAGERS),
    "delete": (lambda by: delete(Event.objects.get(topic="test.event").pk, by=by), OPERATORS),
    "delete their own": (lambda by: delete(Event.objects.get(topic="test.own").pk, by=by), OPERATORS),
    "enroll": (lambda by: enroll(make_request(), by), {"service"}),
}
MATRIX = [
    pytest.param(role, verb, role in allowed, id=f"{role}-{name}")
    for name, (verb, allowed) in VERBS.items()
    for role in ROLES
]


@pytest.fixture
def world(people: Roles) -> None:
    source = make_event("test.source", project="alpha")
    make_event("test.event", project="alpha", user="bob")
    make_event("test.job", project="alpha", user="bob", depends_on=make_event("test.other").id)
    make_event("addon.install_from_url", user="bob")
    make_event("action.launcher", user="bob")
    make_event("test.own", project="alpha", user="nobody")
    make_event("test.own.beta", project="beta", user="nobody")
    make_event("test.own.job", project="alpha", user="nobody", depends_on=source.id)


def everything() -> list[dict[str, Any]]:
    """Return all events, the actor's own ones as they were before they became his."""
    return [{**each, "user": None} for each in Event.objects.order_by("pk").values()]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("role", "verb", "allowed"), MATRIX)
def test_who_may_do_what(people: Roles, publishing: Publishing, role: str, verb: Verb, allowed: bool) -> None:
    actor = actor_of(people[role])
    before = everything()
    with publishing() as messages:
        if allowed:
            verb(actor)
        else:
            with pytest.raises(Forbidden):
                verb(actor)
    if not allowed:
        assert everything() == before
        assert messages == []


def test_the_creator_may_change_the_status_of_a_launch(people: Roles) -> None:
    launch = make_event("action.launcher", user="artist", project="alpha")
    update(launch.id, FAIL, actor_of(people["artist"]))
    assert Event.objects.get().status == "failed"


EVENTS = [
    ("test.event", "alpha", "bob"),
    ("test.event", "beta", "bob"),
    ("test.event", None, "bob"),
    ("auth.login", None, "bob"),
    ("auth.login", None, "artist"),
    ("log.error", "alpha", "bob"),
    ("Log.error", None, "bob"),
    ("login.page", None, "bob"),
]
ARTIST_READS = [True, False, True, False, True, True, True, True]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("event", "artist_reads"), list(zip(EVENTS, ARTIST_READS, strict=True)))
def test_who_may_read_what(people: Roles, event: tuple[str, str | None, str], artist_reads: bool, role: str) -> None:
    topic, project, user = event
    actor = actor_of(people[role])
    expected = role in MANAGERS or (role == "artist" and artist_reads)
    make_event(topic, project=project, user=user)
    assert access.may_read(actor, topic=topic, project=project, user=user) == expected
    assert Event.objects.readable_by(actor).exists() == expected
    listed = expected and (role != "artist" or user == "artist")
    assert Event.objects.listed_to(actor).exists() == listed


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("event", "artist_reads"), list(zip(EVENTS, ARTIST_READS, strict=True)))
def test_who_receives_what(people: Roles, event: tuple[str, str | None, str], artist_reads: bool, role: str) -> None:
    topic, project, user = event
    expected = role in MANAGERS or (role == "artist" and artist_reads)
    actor = actor_of(people[role])
    assert access.may_receive(actor, topic=topic, project=project, user=user, recipients=None) == expected


@pytest.mark.parametrize("topic", GUEST_TOPICS)
def test_guests_receive_a_few_topics_of_their_projects(people: Roles, topic: str) -> None:
    guest = actor_of(people["guest"])
    received = [
        access.may_receive(guest, topic=topic, project=project, user=None, recipients=None)
        for project in ("alpha", "beta", None)
    ]
    assert received == [True, False, False]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("topic", EVERYBODYS_TOPICS)
def test_everybody_receives_notices_about_the_server(people: Roles, role: str, topic: str) -> None:
    assert access.may_receive(actor_of(people[role]), topic=topic, project=None, user=None, recipients=None)


@pytest.mark.parametrize(("recipients", "expected"), [({"artist"}, True), ({"admin"}, False), (set(), False)])
def test_only_recipients_receive(people: Roles, recipients: set[str], expected: bool) -> None:
    artist, admin = actor_of(people["artist"]), actor_of(people["admin"])
    told: dict[str, Any] = {"topic": "test.event", "project": "alpha", "user": None}
    assert access.may_receive(artist, **told, recipients=recipients) == expected
    assert access.may_receive(admin, **told, recipients={"artist"}) is False


def test_to_be_a_recipient_opens_no_foreign_project(people: Roles) -> None:
    artist = actor_of(people["artist"])
    assert not access.may_receive(artist, topic="test.event", project="beta", user=None, recipients={"artist"})


def test_a_guest_is_one_even_among_the_managers(people: Roles) -> None:
    people["guest"].groups.add(people["manager"].groups.get())
    both = actor_of(people["guest"])
    assert (both.is_guest, both.is_manager) == (True, False)
