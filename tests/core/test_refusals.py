"""What a refusal says: the verb and the limit, and nothing that the asker may not know."""

from typing import Any

import pytest

from events import refusals
from events.actor import SERVER, Actor
from events.delete import delete
from events.dispatch import NewEvent, dispatch
from events.enroll import enroll
from events.errors import Forbidden
from events.policies import Policy, Scope, Verb, in_order
from events.update import EventChanges, update
from tests.factories import make_event, make_request

pytestmark = pytest.mark.django_db

ALPHA = frozenset({"alpha"})
READER = Scope(verbs=frozenset({Verb.READ}))
IN_ALPHA = Scope(projects=ALPHA)
CHAT = Scope(topics=("chat.*",))
NO_CHAT = in_order([Policy(verb=Verb.DISPATCH, topic="chat.*", allows=False)])

DISPATCHING: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"is_service": True, "scope": READER}, {}, "dispatch chat.note: the key is for other verbs"),
    ({"is_service": True, "scope": CHAT}, {"topic": "test.a"}, "dispatch test.a: the key does not reach test.a"),
    (
        {"is_service": True, "scope": IN_ALPHA},
        {"project": "b"},
        "dispatch chat.note: the key does not reach the project b",
    ),
    (
        {"is_service": True, "scope": IN_ALPHA},
        {},
        "dispatch chat.note: the key does not reach events without a project",
    ),
    ({"projects": ALPHA}, {"project": "b"}, "dispatch chat.note: the project b is not granted"),
    ({"projects": ALPHA}, {"project": "alpha"}, "dispatch chat.note: it is not for the role user"),
    ({"is_guest": True}, {"store": False}, "publish chat.note: it is not for the role guest"),
    ({"is_admin": True, "policies": NO_CHAT}, {}, "dispatch chat.note: a topic policy refuses it on chat.note"),
    ({"is_admin": True}, {"topic": "audit.x"}, "dispatch audit.x: nobody writes these records but the server"),
]


@pytest.mark.parametrize(("who", "new", "said"), DISPATCHING)
def test_what_cannot_be_dispatched_is_told_why(who: dict[str, Any], new: dict[str, Any], said: str) -> None:
    with pytest.raises(Forbidden) as refusal:
        dispatch(NewEvent(**{"topic": "chat.note", **new}), Actor(name="bob", **who))
    assert str(refusal.value) == f"Not allowed to {said}"


def test_who_may_read_an_event_is_told_why_he_may_not_change_it() -> None:
    event = make_event("chat.note", project="alpha", user="ann")
    bob = Actor(name="bob", projects=ALPHA)
    with pytest.raises(Forbidden, match=r"^Not allowed to update this event: it is not for the role user$"):
        update(event.id, EventChanges(description="x"), bob)
    with pytest.raises(Forbidden, match=r"^Not allowed to delete this event: it is not for the role user$"):
        delete(event.id, by=bob)


def test_who_may_not_read_it_is_told_nothing_about_it() -> None:
    event = make_event("chat.note", project="alpha", user="ann")
    for stranger in (Actor(name="bob"), Actor(name="bob", is_service=True, scope=Scope(projects=frozenset({"beta"})))):
        with pytest.raises(Forbidden, match=r"^Not allowed to update this event$"):
            update(event.id, EventChanges(description="x"), stranger)
        with pytest.raises(Forbidden, match=r"^Not allowed to delete this event$"):
            delete(event.id, by=stranger)
    with pytest.raises(Forbidden, match=r"^Not allowed to delete this event$"):
        delete("0" * 32, by=Actor(name="bob"))


def test_who_pulls_jobs_is_told_why_not() -> None:
    with pytest.raises(Forbidden, match=r"^Only services can enroll for jobs$"):
        enroll(make_request(), Actor(name="bob", is_admin=True))
    limited = Actor(name="bob", is_service=True, scope=CHAT)
    with pytest.raises(Forbidden, match=r"^Not allowed to pull jobs of test.job: the key does not reach test.job$"):
        enroll(make_request(), limited)


def test_of_hidden_events_it_says_what_ayon_says() -> None:
    assert str(refusals.of_hidden(SERVER)) == "No access group assigned on this project"
    limited = Actor(name="bob", is_service=True, scope=Scope(verbs=frozenset({Verb.DISPATCH})))
    assert str(refusals.of_hidden(limited)) == "Not allowed to read events: the key is for other verbs"
