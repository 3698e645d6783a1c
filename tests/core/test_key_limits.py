"""What a limited key and a policy take away, and that a denial leaves everything as it was."""

from collections.abc import Callable

import pytest

from events import accounts
from events.actor import Actor
from events.batch import dispatch_batch
from events.delete import delete
from events.dispatch import Dispatched, NewEvent, dispatch
from events.enroll import enroll
from events.errors import EventError, Forbidden, ProjectMissing
from events.models import ApiKey, Event, TopicPolicy
from events.operations import Operation, operate
from events.policies import Scope, Verb
from events.projects import project_named, projects_for
from events.update import EventChanges, update
from tests.conftest import Publishing, Roles
from tests.factories import make_event, make_request

pytestmark = pytest.mark.django_db


@pytest.fixture
def with_key(people: Roles) -> Callable[..., Actor]:
    """Return the service as it comes with a key that has these limits."""

    def actor(name: str = "service", **limits: list[str]) -> Actor:
        secret = accounts.issue_key(people[name], "limited")
        ApiKey.objects.update(**limits)
        return accounts.actor_for_key(secret)

    return actor


def test_a_key_carries_its_limits(with_key: Callable[..., Actor]) -> None:
    expected = Scope(verbs=frozenset({Verb.READ}), topics=("a.*",), projects=frozenset({"alpha"}))
    assert with_key(verbs=["read"], topics=["a.*"], projects=["alpha"]).scope == expected
    assert with_key().scope == Scope()


@pytest.mark.parametrize("store", [True, False])
@pytest.mark.parametrize("limits", [{"verbs": ["read"]}, {"topics": ["other.*"]}, {"projects": ["beta"]}])
def test_what_is_out_of_reach_is_not_dispatched(
    with_key: Callable[..., Actor], publishing: Publishing, limits: dict[str, list[str]], store: bool
) -> None:
    with publishing() as messages, pytest.raises(Forbidden):
        dispatch(NewEvent(topic="test.event", project="alpha", store=store), with_key(**limits))
    assert (Event.objects.count(), messages) == (0, [])


def test_of_a_batch_what_may_be_dispatched_is(with_key: Callable[..., Actor]) -> None:
    by = with_key(topics=["test.*"])
    outcomes = dispatch_batch([NewEvent(topic="test.event"), NewEvent(topic="other.event")], by)
    assert [type(each) for each in outcomes] == [Dispatched, Forbidden]
    assert [event.topic for event in Event.objects.all()] == ["test.event"]
    with pytest.raises(Forbidden):
        dispatch_batch([NewEvent(topic="other.event")], by)


@pytest.mark.parametrize("limits", [{"verbs": ["enroll"]}, {"topics": ["other.*"]}, {"projects": ["beta"]}])
def test_what_is_out_of_reach_is_not_changed(with_key: Callable[..., Actor], limits: dict[str, list[str]]) -> None:
    event = make_event(project="alpha")
    with pytest.raises(Forbidden):
        update(event.id, EventChanges(description="new"), with_key(**limits))
    with pytest.raises(Forbidden):
        delete(event.id, by=with_key(**limits))
    assert Event.objects.get().description == ""


def test_an_event_is_not_moved_out_of_reach(with_key: Callable[..., Actor]) -> None:
    event = make_event(project="alpha")
    with pytest.raises(Forbidden):
        update(event.id, EventChanges(project="beta"), with_key(projects=["alpha"]))
    assert Event.objects.get().project == "alpha"


def test_jobs_come_only_from_sources_within_reach(with_key: Callable[..., Actor]) -> None:
    make_event("test.source", project="alpha")
    beta = make_event("test.source", project="beta")
    job = enroll(make_request(), with_key(projects=["beta"]))
    assert job is not None
    assert job.depends_on == beta.id
    assert enroll(make_request(sender="b"), with_key(projects=["beta"])) is None
    unlimited = enroll(make_request(sender="b"), with_key(projects=[]))
    assert unlimited is not None
    assert unlimited.depends_on != beta.id


def test_jobs_do_not_come_from_topics_that_a_policy_refuses(people: Roles) -> None:
    make_event("secret.source")
    allowed = make_event("test.source")
    TopicPolicy.objects.create(verb="enroll", topic="secret.*", allows=False)
    job = enroll(make_request("*.source"), accounts.actor_of(people["service"]))
    assert job is not None
    assert job.depends_on == allowed.id
    assert enroll(make_request("*.source", sender="b"), accounts.actor_of(people["service"])) is None


@pytest.mark.parametrize("limits", [{"verbs": ["read"]}, {"topics": ["test.source"]}])
def test_jobs_are_not_made_on_topics_out_of_reach(with_key: Callable[..., Actor], limits: dict[str, list[str]]) -> None:
    make_event("test.source")
    with pytest.raises(Forbidden):
        enroll(make_request(), with_key(**limits))
    assert Event.objects.count() == 1


def test_operations_pass_by_what_is_out_of_reach(with_key: Callable[..., Actor]) -> None:
    kept = make_event(project="alpha")
    make_event(project="beta")
    outcome = operate(Operation(kind="delete", everything=True), with_key(projects=["beta"]))
    assert outcome.affected == 1
    assert Event.objects.exclude(topic__startswith="audit.").get() == kept


def test_a_cascade_that_would_take_what_is_out_of_reach_takes_nothing(with_key: Callable[..., Actor]) -> None:
    event = make_event(project="beta")
    make_event(project="alpha", depends_on=event.id)
    by = with_key(projects=["beta"])
    with pytest.raises(Forbidden):
        delete(event.id, cascade=True, by=by)
    with pytest.raises(Forbidden):
        operate(Operation(kind="delete", ids=[event.id], cascade=True), by)
    assert Event.objects.count() == 2


def test_projects_out_of_reach_are_not_told_of(with_key: Callable[..., Actor]) -> None:
    for project in ("alpha", "beta", "gamma"):
        make_event(project=project)
    limited = with_key(projects=["beta", "gamma", "nowhere"])
    assert [each.name for each in projects_for(limited)] == ["beta", "gamma"]
    assert project_named("beta", limited).name == "beta"
    for name in ("alpha", "nowhere"):
        with pytest.raises(ProjectMissing):
            project_named(name, limited)
    assert projects_for(with_key("artist", projects=["beta"])) == []


def test_a_policy_lets_users_publish_what_is_not_stored(people: Roles, publishing: Publishing) -> None:
    TopicPolicy.objects.create(verb="publish", topic="chat.*", allows=True, role="user")
    artist, guest = accounts.actor_of(people["artist"]), accounts.actor_of(people["guest"])
    with publishing() as messages:
        dispatch(NewEvent(topic="chat.typing", store=False), artist)
        dispatch(NewEvent(topic="chat.typing", store=False, project="alpha"), artist)
        for new, by in [
            (NewEvent(topic="chat.typing"), artist),
            (NewEvent(topic="chat.typing", store=False, project="beta"), artist),
            (NewEvent(topic="other.typing", store=False), artist),
            (NewEvent(topic="chat.typing", store=False), guest),
        ]:
            with pytest.raises(Forbidden):
                dispatch(new, by)
    assert [message.project for message in messages] == [None, "alpha"]
    assert Event.objects.count() == 0


@pytest.mark.parametrize("topic", ["audit.key.created", "operation.run"])
def test_nobody_but_the_server_writes_records(people: Roles, topic: str) -> None:
    record = make_event(topic, hash="h")
    attempts: list[Callable[[Actor], object]] = [
        lambda by: update(record.id, EventChanges(description="forged"), by),
        lambda by: update(record.id, EventChanges(progress=5), by),
        lambda by: delete(record.id, by=by),
        lambda by: dispatch(NewEvent(topic="test.event", hash="h", reuse=True), by),
        lambda by: dispatch(NewEvent(topic=topic), by),
        lambda by: dispatch(NewEvent(topic=topic.upper()), by),
        lambda by: dispatch(NewEvent(topic=topic, store=False), by),
        lambda by: enroll(make_request("test.source", target_topic=topic), by),
    ]
    make_event("test.source")
    for by in (accounts.actor_of(people["admin"]), accounts.actor_of(people["service"])):
        for attempt in attempts:
            with pytest.raises(EventError):
                attempt(by)
    assert operate(Operation(kind="delete", everything=True)).affected == 1
    assert (Event.objects.get().topic, Event.objects.get().description) == (topic, "")


def test_the_server_itself_does_not_change_the_audit_trail() -> None:
    record = make_event("audit.key.created")
    for changes in (EventChanges(description="forged"), EventChanges(progress=5)):
        with pytest.raises(Forbidden):
            update(record.id, changes)
    with pytest.raises(Forbidden):
        delete(record.id)


def test_whom_a_policy_keeps_from_dispatching_pulls_no_such_jobs(people: Roles) -> None:
    make_event("test.source")
    TopicPolicy.objects.create(verb="dispatch", topic="server.*", allows=False)
    service = accounts.actor_of(people["service"])
    for topic in ("server.restart_requested", "Server.started"):
        with pytest.raises(Forbidden):
            enroll(make_request("test.source", target_topic=topic), service)
    with pytest.raises(Forbidden, match=r"a topic policy refuses it on server\.pwn"):
        enroll(make_request("test.source", target_topic="server.pwn"), service)
    assert enroll(make_request("test.source"), service)


@pytest.mark.parametrize("role", ["service", "manager"])
def test_what_a_policy_keeps_somebody_from_reading_is_no_source_for_him(people: Roles, role: str) -> None:
    make_event("test.source", payload={"code": "7"})
    TopicPolicy.objects.create(verb="read", topic="test.source", allows=False, role=role)
    wanted = make_request(filter={"conditions": [{"key": "payload/code", "value": "7"}]})
    assert (enroll(wanted, accounts.actor_of(people["service"])) is None) == (role == "service")


@pytest.mark.parametrize("allows", [True, False])
def test_a_key_that_is_rotated_keeps_the_policies_that_name_it(people: Roles, allows: bool) -> None:
    accounts.issue_key(people["artist"], "old")
    old = ApiKey.objects.get()
    TopicPolicy.objects.create(verb="read", topic="test.*", allows=allows, key=old, note="because")
    successor, secret = accounts.rotate_key(old)
    assert [policy.allows for policy in accounts.actor_for_key(secret).policies] == [allows]
    kept = TopicPolicy.objects.values_list("verb", "topic", "allows", "note")
    assert kept.get(key=old) == kept.get(key=successor) == ("read", "test.*", allows, "because")
