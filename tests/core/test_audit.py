"""Every change of people and rights leaves a record, and nobody's secret is in it."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import transaction

from events import accounts, audit
from events.actor import Actor
from events.delete import delete
from events.models import ApiKey, Event, ProjectGrant, TopicPolicy
from events.operations import Operation, operate
from events.origin import Origin, coming_from
from events.redaction import MASK
from tests.conftest import Roles
from tests.factories import make_event

pytestmark = pytest.mark.django_db
ANN = Origin(lambda: "ann", "10.0.0.1")


def records() -> list[tuple[str, str | None, Any]]:
    """Return the topics, users and summaries, oldest first."""
    found = Event.objects.filter(topic__startswith="audit.").order_by("creation_order")
    return [(event.topic, event.user, event.summary) for event in found]


def test_a_grant_and_its_end_are_recorded(people: Roles) -> None:
    with coming_from(ANN):
        grant = ProjectGrant.objects.create(project="beta", user=people["artist"])
        pk = grant.pk
        grant.project = "gamma"
        grant.save()
        grant.delete()
    about = {"from": "10.0.0.1", "id": pk}
    assert [topic for topic, _, _ in records()] == ["audit.grant.created", "audit.grant.changed", "audit.grant.deleted"]
    assert {user for _, user, _ in records()} == {"ann"}
    _, (_, _, changed), (_, _, deleted) = records()
    assert changed == {
        **about,
        "name": "gamma for artist",
        "before": {"project": "beta"},
        "after": {"project": "gamma"},
    }
    assert deleted["before"]["project"] == "gamma"
    assert deleted["after"] is None


def test_a_change_that_changes_nothing_is_not_recorded(people: Roles) -> None:
    with coming_from(ANN):
        User.objects.get(username="artist").save()
    assert records() == []


def test_no_secret_is_in_a_record(people: Roles) -> None:
    with coming_from(ANN):
        key = accounts.issue_key(people["service"], "new")
        artist = User.objects.get(username="artist")
        artist.set_password("correct horse")
        artist.save()
    (_, _, made), (_, _, changed) = records()
    assert made["after"]["digest"] == MASK
    assert (changed["before"], changed["after"]) == ({"password": MASK}, {"password": MASK})
    kept = str(list(Event.objects.values_list("summary", "payload", "description")))
    for secret in (key, ApiKey.objects.get().digest, artist.password, "correct horse"):
        assert secret not in kept


def test_joining_and_leaving_a_group_is_recorded(people: Roles) -> None:
    managers = Group.objects.get(name="manager")
    with coming_from(ANN):
        people["artist"].groups.add(managers)
        people["artist"].groups.remove(managers)
    told = [(topic, summary["name"], summary["after"]) for topic, _, summary in records()]
    assert told == [
        ("audit.user.changed", "artist", {"groups": {"added": ["manager"]}}),
        ("audit.user.changed", "artist", {"groups": {"removed": ["manager"]}}),
    ]


def test_a_change_that_is_rolled_back_leaves_no_record(people: Roles) -> None:
    with coming_from(ANN), transaction.atomic():
        TopicPolicy.objects.create(verb="read", topic="a.*", allows=True)
        transaction.set_rollback(True)
    assert records() == []


def test_code_that_speaks_for_nobody_leaves_no_record(people: Roles) -> None:
    ProjectGrant.objects.create(project="beta", user=people["artist"])
    assert records() == []


def test_an_operation_is_recorded_with_what_was_asked_and_done() -> None:
    make_event()
    operate(Operation(kind="delete", everything=True, dry_run=True), ADMIN)
    assert records() == []
    operate(Operation(kind="delete", everything=True), ADMIN)
    [(topic, user, summary)] = records()
    assert (topic, user) == ("audit.operation.delete", "ann")
    assert (summary["everything"], summary["affected"], summary["skipped"]) == (True, 1, 0)


@pytest.mark.parametrize(("by", "expected"), [("ann", 1), ("ftrack", 0)])
def test_a_deletion_by_a_person_is_recorded_and_one_by_a_service_is_its_work(by: str, expected: int) -> None:
    actor = Actor(name=by, is_admin=True, is_service=by == "ftrack")
    delete(make_event("test.event", project="alpha").id, by=actor)
    assert len(records()) == expected


def test_a_record_can_be_made_by_hand() -> None:
    audit.record("backup.restored", "The backup of Monday was restored", by="ann", rows=5)
    assert records() == [("audit.backup.restored", "ann", {"from": None, "rows": 5})]


ADMIN = Actor(name="ann", is_admin=True)
