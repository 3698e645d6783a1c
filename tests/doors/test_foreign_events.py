"""Who may not see a project does not learn of its events and people by the way."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from events import accounts
from events.models import ApiKey, Event, ProjectGrant, TopicPolicy
from tests.api.calls import call, post
from tests.conftest import Roles
from tests.factories import make_event

pytestmark = pytest.mark.django_db

HASH = "beta-secret-delivery-42"


def client_with(user: User, **limits: Any) -> Client:
    key = accounts.issue_key(user, "tests")
    ApiKey.objects.filter(user=user).update(**limits)
    return Client(headers={"X-Api-Key": key})


@pytest.fixture
def limited(people: Roles) -> Client:
    """A service whose key is limited to one project."""
    return client_with(people["service"], projects=["alpha"])


@pytest.fixture
def foreign(db: None) -> Event:
    return make_event("test.delivery", project="beta", hash=HASH)


@pytest.mark.parametrize("more", [{}, {"onConflict": "return"}])
def test_a_hash_tells_of_no_foreign_event(limited: Client, foreign: Event, more: dict[str, str]) -> None:
    new = {"topic": "test.try", "project": "alpha", "hash": HASH}
    status, answer, _ = call(limited, "POST", "/api/events", {**new, **more})
    assert (status, "id" in answer) == (409, False)
    assert foreign.id.hex not in str(answer)


def test_a_hash_in_a_batch_tells_of_none_either(limited: Client, foreign: Event) -> None:
    new = {"topic": "test.try", "project": "alpha"}
    status, answer = post(limited, "/api/events/batch", {"events": [{**new, "hash": HASH}, new]})
    assert status == 200
    assert foreign.id.hex not in str(answer)
    assert Event.objects.filter(topic="test.try").count() == 1


def test_one_depends_on_no_foreign_event(limited: Client, foreign: Event) -> None:
    new = {"topic": "test.child", "project": "alpha"}
    nothing = post(limited, "/api/events", {**new, "dependsOn": "0" * 32})
    assert post(limited, "/api/events", {**new, "dependsOn": foreign.id.hex}) == nothing
    post(limited, "/api/events/batch", {"events": [{**new, "dependsOn": foreign.id.hex}]})
    assert not Event.objects.filter(depends_on=foreign.pk).exists()


def test_a_refusal_counts_no_foreign_children(limited: Client, api: Client) -> None:
    event = make_event("test.delivery", project="alpha", hash="mine")
    for project in ("alpha", "beta", "beta"):
        make_event("test.child", project=project, depends_on=event.id)
    again = {"topic": "test.delivery", "project": "alpha", "hash": "mine", "reuse": True}
    for client, children in ((limited, 1), (api, 3)):
        for method, path, body in (("DELETE", f"/api/events/{event.id.hex}", None), ("POST", "/api/events", again)):
            status, answer, _ = call(client, method, path, body)
            assert (status, answer["children"]) == (409, children)


def test_who_may_know_of_it_is_told_as_ever(api: Client, foreign: Event) -> None:
    assert post(api, "/api/events", {"topic": "test.try", "hash": HASH})[1]["id"] == foreign.id.hex
    assert post(api, "/api/events", {"topic": "test.child", "dependsOn": foreign.id.hex})[0] == 200


def test_people_have_no_projects_that_the_key_does_not_reach(limited: Client, people: Roles) -> None:
    ProjectGrant.objects.create(project="SECRETSHOW", user=people["artist"])
    ProjectGrant.objects.create(project="SECRETSHOW", user=people["service"])
    for path in ("/api/users/artist", "/api/users/me", "/api/info"):
        assert "SECRETSHOW" not in str(call(limited, "GET", path)[1]), path
    asked = '{ user(name: "artist") { accessGroups } users { edges { node { name accessGroups } } } }'
    assert "SECRETSHOW" not in str(post(limited, "/graphql", {"query": asked}))
    asked = '{ users(projectName: "SECRETSHOW") { edges { node { name } } } }'
    assert post(limited, "/graphql", {"query": asked})[1]["data"]["users"]["edges"] == []


def test_a_key_that_reads_nothing_reads_no_people(people: Roles) -> None:
    client = client_with(people["service"], verbs=["dispatch"])
    assert set(call(client, "GET", "/api/users/artist")[1]) == {"name", "attrib"}
    asked = "{ users { edges { node { name } } } }"
    assert post(client, "/graphql", {"query": asked})[1]["data"]["users"]["edges"] == [{"node": {"name": "service"}}]


@pytest.mark.parametrize("kept_by", ["the key", "a policy", "nothing"])
def test_a_job_brings_no_source_that_is_not_to_be_read(people: Roles, kept_by: str) -> None:
    source = make_event("test.source", payload={"text": "whispered"})
    client = client_with(people["service"], verbs=["enroll"] if kept_by == "the key" else [])
    if kept_by == "a policy":
        TopicPolicy.objects.create(verb="read", topic="test.source", allows=False)
    asked = {"sourceTopic": "test.source", "targetTopic": "test.job", "include": ["sourceEvent"]}
    status, job = post(client, "/api/enroll", asked)
    if kept_by == "a policy":
        assert status == 204
    else:
        assert (status, job["dependsOn"]) == (200, source.id.hex)
        assert ("whispered" in str(job["sourceEvent"])) == (kept_by == "nothing")


@pytest.mark.parametrize("verbs", [["enroll"], ["enroll", "read"]])
def test_who_reads_nothing_pulls_no_jobs_by_secrets(people: Roles, verbs: list[str]) -> None:
    make_event("test.source", payload={"password": "PAY-42"})
    client = client_with(people["service"], verbs=verbs)
    guess = {"conditions": [{"key": "payload/password", "value": "PAY%", "operator": "like"}]}
    status, answer = post(
        client, "/api/enroll", {"sourceTopic": "test.source", "targetTopic": "test.job", "filter": guess}
    )
    assert status == (200 if "read" in verbs else 400)
    assert ("filter.conditions[0].key" in str(answer)) == (status == 400)
    assert Event.objects.filter(topic="test.job").exists() == ("read" in verbs)


@pytest.mark.parametrize("hidden_by", ["a project", "a policy", "nothing"])
def test_a_deletion_does_not_tell_what_is_hidden_from_what_there_is_not(people: Roles, hidden_by: str) -> None:
    event = make_event("test.delivery", project="beta")
    client = client_with(people["service"], projects=["alpha"] if hidden_by == "a project" else [])
    if hidden_by == "a policy":
        TopicPolicy.objects.create(verb="read", topic="test.*", role="service", allows=False)
    of_hidden, of_missing = [call(client, "DELETE", f"/api/events/{each}")[:2] for each in (event.id.hex, "0" * 32)]
    assert of_hidden == of_missing
    assert Event.objects.filter(pk=event.pk).exists() == (of_hidden[0] == 403) == (hidden_by != "nothing")


def test_an_operation_tells_nothing_of_what_is_hidden(people: Roles) -> None:
    make_event("secret.deal", project="alpha", finished=False, payload={"code": "ZEBRA"})
    TopicPolicy.objects.create(verb="read", topic="secret.*", role="user", allows=False)
    people["artist"].user_permissions.add(Permission.objects.get(codename="operate_event"))
    client = client_with(people["artist"])
    guess = {"conditions": [{"key": "payload/code", "value": "Z%", "operator": "like"}]}
    for asked in ({"dryRun": True}, {}):
        status, answer = post(client, "/api/eventops", {"type": "abort", "filter": guess, **asked})
        assert (status, answer["affected"], answer["examples"]) == (200, 0, [])
    assert Event.objects.get(topic="secret.deal").status == "pending"


def test_a_key_that_reads_nothing_operates_on_nothing(people: Roles) -> None:
    event = make_event("test.event", project="alpha", finished=False)
    client = client_with(people["service"], verbs=["operate"])
    status, answer = post(client, "/api/eventops", {"type": "abort", "ids": [event.id.hex], "dryRun": True})
    assert (status, "the key is not for reading" in answer["detail"]) == (403, True)


@pytest.mark.parametrize("topic", ["Audit.key.created", "AUDIT.x", "audit", "Server.started", "LOG.info", "Auth.login"])
def test_what_only_looks_like_the_servers_own_is_refused(api: Client, topic: str) -> None:
    for own in ("server.*", "auth.*", "log.*"):  # as on a fresh installation
        TopicPolicy.objects.create(verb="dispatch", topic=own, allows=False)
    assert post(api, "/api/events", {"topic": topic})[0] in (400, 403)
    assert not Event.objects.exists()


@pytest.mark.parametrize("topic", ["resync", "heartbeat", "error", "auth", "publish"])
def test_no_event_is_called_as_a_word_of_the_feed(api: Client, topic: str) -> None:
    status, answer = post(api, "/api/events", {"topic": topic, "store": False})
    assert (status, "topic" in str(answer)) == (400, True)
