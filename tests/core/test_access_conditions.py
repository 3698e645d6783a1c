"""A rule as a yes or no, and the same rule as a condition: they agree for every actor and every event."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events import access
from events.actor import Actor
from events.models import Event
from events.policies import Policy, Scope, Verb, in_order
from tests.factories import make_event

TOPICS = ("chat.message", "chat.room.opened", "Chat.message", "log.error", "auth.login", "audit.key.created")
PROJECTS = ("alpha", "beta", None)
USERS = ("ann", "bob")
PATTERNS = ("*", "chat.*", "*.message", "chat.message", "log.*", "auth.login", "c*m*")


@pytest.fixture
def events(db: None) -> list[Event]:
    return [make_event(topic, project=project, user=user) for topic, project, user in product(TOPICS, PROJECTS, USERS)]


verbs = st.sampled_from(Verb)
policies = st.builds(Policy, verb=verbs, topic=st.sampled_from(PATTERNS), allows=st.booleans(), rank=st.integers(0, 3))
scopes = st.builds(
    Scope,
    verbs=st.frozensets(verbs, max_size=3),
    topics=st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple),
    projects=st.frozensets(st.sampled_from(["alpha", "beta"]), max_size=1),
)
actors = st.builds(
    Actor,
    name=st.just("ann"),
    is_admin=st.booleans(),
    is_service=st.booleans(),
    has_manager_role=st.booleans(),
    is_guest=st.booleans(),
    has_operator_grant=st.booleans(),
    projects=st.frozensets(st.sampled_from(["alpha", "beta"])),
    policies=st.lists(policies, max_size=5).map(in_order),
    scope=scopes,
).filter(lambda actor: not (actor.is_guest and actor.is_manager))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actor=actors)
def test_reading_and_operating_are_the_same_one_by_one_and_in_lists(events: list[Event], actor: Actor) -> None:
    read = {
        each.id for each in events if access.may_read(actor, topic=each.topic, project=each.project, user=each.user)
    }
    operated = {
        each.id for each in events if access.may_operate(actor, topic=each.topic, project=each.project, user=each.user)
    }
    assert set(Event.objects.readable_by(actor).values_list("id", flat=True)) == read
    assert set(Event.objects.filter(access.operable(actor)).values_list("id", flat=True)) == operated
    assert access.operates(actor) or not operated
    assert not access.reads_everything(actor) or len(read) == len(events)
