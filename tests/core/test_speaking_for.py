"""A service that speaks for somebody (``X-as-user``) may no more than both of them."""

from typing import Any

import pytest

from events import access, accounts
from events.actor import Actor
from events.models import Event, TopicPolicy
from events.policies import Policy, Verb, in_order
from tests.conftest import Roles
from tests.factories import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def spoken_for(people: Roles) -> Any:
    """Return the admin as the service speaks for him, once the policies are there."""

    def look() -> Actor:
        service = accounts.actor_for_key(accounts.issue_key(people["service"], "tests"))
        return accounts.actor_of(people["admin"]).with_service(service)

    return look


@pytest.mark.parametrize("named", ["role", "group"])
def test_what_policies_refuse_to_the_service_it_does_for_nobody(people: Roles, spoken_for: Any, named: str) -> None:
    event = make_event("vault.key")
    whom: dict[str, Any] = {"role": "service"} if named == "role" else {"group": people["service"].groups.get()}
    for verb in (Verb.DISPATCH, Verb.READ, Verb.UPDATE, Verb.OPERATE):
        TopicPolicy.objects.create(verb=verb, topic="vault.*", allows=False, **whom)
    admin, actor = accounts.actor_of(people["admin"]), spoken_for()
    facts: dict[str, Any] = {"topic": "vault.key", "project": None}
    for who, may in ((admin, True), (actor, False)):
        assert access.may_dispatch(who, **facts) is may
        assert access.may_read(who, **facts, user=None) is may
        assert access.may_receive(who, **facts, user=None, recipients=None) is may
        assert access.may_update(who, **facts, user=None) is may
        assert access.may_operate(who, **facts, user=None) is may
        assert Event.objects.filter(access.readable(who), pk=event.pk).exists() is may
        assert Event.objects.filter(access.operable(who), pk=event.pk).exists() is may


def test_what_policies_allow_the_service_is_not_given_to_whom_it_speaks_for(people: Roles) -> None:
    TopicPolicy.objects.create(verb=Verb.DISPATCH, topic="chat.*", allows=True, role="service")
    service = accounts.actor_for_key(accounts.issue_key(people["service"], "tests"))
    artist = accounts.actor_of(people["artist"]).with_service(service)
    assert access.may_dispatch(service, topic="chat.note", project=None)
    assert not access.may_dispatch(artist, topic="chat.note", project=None)


def test_a_service_that_speaks_for_a_service_pulls_what_both_may() -> None:
    own = in_order([Policy(verb=Verb.ENROLL, topic="a.*", allows=False)])
    others = in_order(
        [
            Policy(verb=Verb.ENROLL, topic="b.*", allows=False),
            Policy(verb=Verb.ENROLL, topic="b.open", allows=True),
        ]
    )
    actor = Actor(name="x", is_service=True, policies=own, policies_of_service=others)
    limits = access.enroll_limits(actor)
    assert limits is not None
    for topic in ("a.one", "b.one", "b.open", "c.one"):
        make_event(topic)
    reached = Event.objects.filter(access.enrollable(limits)).order_by("topic").values_list("topic", flat=True)
    assert list(reached) == ["b.open", "c.one"]
