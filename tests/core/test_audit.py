"""Every change of people and rights leaves a record, and nobody's secret is in it."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import transaction

from events import accounts, audit
from events.models import ApiKey, Event, ProjectGrant, TopicPolicy
from events.origin import Origin, coming_from
from events.redaction import MASK
from tests.conftest import Roles

pytestmark = pytest.mark.django_db
ANN = Origin(lambda: "ann", "10.0.0.1")


def records() -> list[tuple[str, str | None, Any]]:
    """Return the topics, users and summaries, oldest first."""
    found = Event.objects.filter(topic__startswith="audit.").order_by("creation_order")
    return [(event.topic, event.user, event.summary) for event in found]


def changes() -> list[tuple[str, str, Any, Any]]:
    """Return of each record what changed, before and after."""
    return [(topic, told["name"], told["before"], told["after"]) for topic, _, told in records()]


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
    assert changes() == [
        ("audit.user.changed", "artist", {"groups": []}, {"groups": ["manager"]}),
        ("audit.user.changed", "artist", {"groups": ["manager"]}, {"groups": []}),
    ]


def test_members_are_recorded_whichever_side_they_are_changed_from(people: Roles) -> None:
    team = Group.objects.create(name="team")
    with coming_from(ANN):
        team.user_set.set([people["artist"], people["manager"]])
        team.user_set.clear()
    told = [(name, before["groups"], after["groups"]) for _, name, before, after in changes()]
    assert sorted(told) == [
        ("artist", [], ["team"]),
        ("artist", ["team"], []),
        ("manager", ["manager"], ["manager", "team"]),
        ("manager", ["manager", "team"], ["manager"]),
    ]


def test_permissions_of_users_and_groups_are_recorded_as_they_were_and_are(people: Roles) -> None:
    look, operate = (Permission.objects.get(codename=f"{each}_event") for each in ("view", "operate"))
    team = Group.objects.create(name="team")
    with coming_from(ANN):
        team.permissions.set([look])
        team.permissions.set([operate])
        look.user_set.add(people["artist"])
        people["artist"].user_permissions.clear()
    assert changes() == [
        ("audit.group.changed", "team", {"permissions": []}, {"permissions": [str(look)]}),
        ("audit.group.changed", "team", {"permissions": [str(look)]}, {"permissions": []}),
        ("audit.group.changed", "team", {"permissions": []}, {"permissions": [str(operate)]}),
        ("audit.user.changed", "artist", {"user_permissions": []}, {"user_permissions": [str(look)]}),
        ("audit.user.changed", "artist", {"user_permissions": [str(look)]}, {"user_permissions": []}),
    ]


def test_who_was_in_a_group_that_is_deleted_is_recorded(people: Roles) -> None:
    team = Group.objects.create(name="team")
    people["artist"].groups.add(team)
    with coming_from(ANN):
        team.delete()
        people["guest"].delete()
    (_, _, _, _), (_, name, before, _) = deleted = changes()[:2]
    assert [topic for topic, *_ in deleted] == ["audit.group.deleted", "audit.user.deleted"]
    assert (changes()[0][2]["members"], name, before["groups"]) == (["artist"], "guest", ["guest"])


def test_a_change_that_is_rolled_back_leaves_no_record(people: Roles) -> None:
    with coming_from(ANN), transaction.atomic():
        TopicPolicy.objects.create(verb="read", topic="a.*", allows=True)
        transaction.set_rollback(True)
    assert records() == []


@pytest.mark.command_line
def test_what_the_command_line_does_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root-of-the-render-farm")
    call_command("createsuperuser", interactive=False, username="eve", email="")
    call_command("create_key", "ftrack", stdout=StringIO())
    User.objects.get(username="eve").delete()
    assert [topic for topic, _, _ in records()] == [
        "audit.user.created",
        "audit.user.created",
        "audit.user.changed",
        "audit.user.changed",
        "audit.key.created",
        "audit.user.deleted",
    ]
    for _, user, summary in records():
        told = (user, summary["from"], summary["account"])
        assert told == ("server", "command line", "root-of-the-render-farm")


def test_a_record_can_be_made_by_hand() -> None:
    audit.record("backup.restored", "The backup of Monday was restored", by="ann", rows=5)
    [(topic, user, summary)] = records()
    assert (topic, user, summary["rows"], summary["from"]) == ("audit.backup.restored", "ann", 5, "command line")
