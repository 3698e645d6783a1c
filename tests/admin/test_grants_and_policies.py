"""Project grants and topic policies in the admin: what is accepted holds, and what is refused says why."""

from typing import Any

import pytest
from django.test import Client

from events.models import Event, ProjectGrant, TopicPolicy
from tests.admin.viewing import browser
from tests.conftest import Roles

GRANT, POLICY = "/admin/events/projectgrant/add/", "/admin/events/topicpolicy/add/"


@pytest.fixture
def admin(people: Roles) -> Client:
    return browser(people["admin"])


def errors(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)


@pytest.mark.parametrize("project", ["bad project/..", "-alpha", "alpha."])
def test_a_grant_is_for_what_an_event_can_have(admin: Client, people: Roles, project: str) -> None:
    before = ProjectGrant.objects.count()
    said = errors(admin.post(GRANT, {"project": project, "user": people["artist"].pk}))
    assert said.keys() == {"project"}
    assert said["project"][0].startswith("Expected a project name: letters, digits")
    assert ProjectGrant.objects.count() == before


def test_a_grant_is_for_a_user_or_a_group(admin: Client, people: Roles) -> None:
    before = ProjectGrant.objects.count()
    group = people["manager"].groups.get()
    for whom in ({}, {"user": people["artist"].pk, "group": group.pk}):
        said = errors(admin.post(GRANT, {"project": "beta", **whom}))
        assert said == {"__all__": ["Name a user or a group: one of them, and not both."]}
    assert ProjectGrant.objects.count() == before
    for one in ({"user": people["artist"].pk}, {"group": group.pk}):
        assert admin.post(GRANT, {"project": "beta", **one}).status_code == 302


def test_a_policy_is_made_in_the_admin(admin: Client) -> None:
    given = {"verb": "publish", "topic": "chat.*", "allows": "on", "role": "user", "note": "for the chat"}
    assert admin.post(POLICY, given).status_code == 302
    page = admin.get("/admin/events/topicpolicy/").content.decode()
    assert "users may publish chat.*" in page
    assert Event.objects.get(topic="audit.policy.created").summary["after"]["topic"] == "chat.*"
    both = {"verb": "read", "topic": "chat.*", "role": "user", "group": "1"}
    assert "one of them, or none for everybody" in admin.post(POLICY, both).content.decode()


SEALED = ["audit.*", "audit.key.created", "Audit.*", "audit", "operation.run", "operation.*"]


@pytest.mark.parametrize("verb", ["dispatch", "publish", "update", "operate"])
@pytest.mark.parametrize("topic", SEALED)
def test_a_policy_that_would_never_hold_is_refused(admin: Client, verb: str, topic: str) -> None:
    said = errors(admin.post(POLICY, {"verb": verb, "topic": topic, "allows": "on"}))
    assert said == {"topic": ["Only the server makes and changes these records, whatever a policy allows."]}
    assert not TopicPolicy.objects.exists()


@pytest.mark.parametrize(
    "policy",
    [
        {"verb": "dispatch", "topic": "audit.*"},
        {"verb": "read", "topic": "audit.*", "allows": "on"},
        {"verb": "receive", "topic": "operation.*", "allows": "on"},
        {"verb": "update", "topic": "auditorium.*", "allows": "on"},
    ],
)
def test_the_records_can_be_shown_and_refused(admin: Client, policy: dict[str, str]) -> None:
    assert admin.post(POLICY, policy).status_code == 302
