"""What is refused to operators, an update does not do either: a worker stays free with its own jobs only."""

from typing import Any

import pytest

from events.actor import Actor
from events.dispatch import NewEvent, dispatch
from events.errors import Forbidden
from events.models import Event
from events.policies import Policy, Scope, Verb, in_order
from events.update import EventChanges, update
from tests.factories import make_event

pytestmark = pytest.mark.django_db

REFUSED = in_order([Policy(verb=Verb.OPERATE, topic="test.*", allows=False)])
WORKER = Scope(verbs=frozenset({Verb.ENROLL, Verb.READ, Verb.UPDATE, Verb.DISPATCH}))
LIMITED = {
    "by a policy": Actor(name="ftrack", is_service=True, policies=REFUSED),
    "by the key": Actor(name="ftrack", is_service=True, scope=WORKER),
    "by a policy, as a manager": Actor(name="ftrack", has_manager_role=True, policies=REFUSED),
    "by the policy of who speaks": Actor(name="ftrack", has_manager_role=True, policies_of_service=REFUSED),
}
CHANGES: list[dict[str, Any]] = [{"status": "restarted"}, {"status": "aborted"}, {"user": "ftrack"}]


def job_of(user: str) -> Event:
    return make_event("test.job", user=user, hash="once", depends_on=make_event("test.source").id, finished=False)


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("limit", LIMITED)
def test_nobody_intervenes_by_an_update_who_may_not_operate(limit: str, changes: dict[str, Any]) -> None:
    foreign = job_of("bob")
    with pytest.raises(Forbidden):
        update(foreign.id, EventChanges(**changes), LIMITED[limit])
    assert Event.objects.get(pk=foreign.pk).position == foreign.position


@pytest.mark.parametrize("limit", LIMITED)
def test_nobody_replaces_an_event_who_may_not_operate(limit: str) -> None:
    job_of("bob")
    with pytest.raises(Forbidden):
        dispatch(NewEvent(topic="test.job", hash="once", reuse=True), LIMITED[limit])
    assert Event.objects.get(hash="once").user == "bob"


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("limit", LIMITED)
def test_a_worker_is_free_with_its_own(limit: str, changes: dict[str, Any]) -> None:
    own = job_of("ftrack")
    update(own.id, EventChanges(**changes), LIMITED[limit])
    assert Event.objects.get(pk=own.pk).position > own.position


@pytest.mark.parametrize("status", ["in_progress", "finished", "failed"])
@pytest.mark.parametrize("limit", LIMITED)
def test_work_on_a_foreign_job_is_an_update_like_any_other(limit: str, status: str) -> None:
    foreign = job_of("bob")
    update(foreign.id, EventChanges(status=status), LIMITED[limit])
    assert Event.objects.get(pk=foreign.pk).status == status
