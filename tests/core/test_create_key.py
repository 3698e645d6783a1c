"""``manage.py create_key``: keys on the command line, with the limits that the viewer has."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from events import accounts
from events.models import ApiKey, Event
from tests.conftest import Roles

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    printed = StringIO()
    call_command("create_key", *arguments, stdout=printed)
    return printed.getvalue().strip()


def test_a_key_without_options_is_limited_to_nothing() -> None:
    actor = accounts.actor_for_key(create("ftrack"))
    assert (actor.name, actor.role) == ("ftrack", "service")
    key = ApiKey.objects.get()
    assert (key.name, key.expires_at, key.verbs, key.topics, key.projects) == ("create_key", None, [], [], [])


@pytest.mark.command_line
def test_a_key_has_the_limits_that_were_asked_for_and_they_are_on_record() -> None:
    limits = ("--verb", "read", "--verb", "enroll", "--topic", "ftrack.*", "--project", "alpha", "--project", "beta")
    secret = create("ftrack", "--name", "processor", *limits, "--expires", "2999-01-31T14:00", "--wait", "5")
    key = ApiKey.objects.get()
    assert (key.verbs, key.topics, key.projects) == (["read", "enroll"], ["ftrack.*"], ["alpha", "beta"])
    assert (key.name, key.wait_seconds, str(key.expires_at)) == ("processor", 5, "2999-01-31 14:00:00+00:00")
    assert accounts.actor_for_key(secret).default_wait == 5.0
    after = Event.objects.get(topic="audit.key.created").summary["after"]
    assert (after["verbs"], after["projects"], after["wait_seconds"]) == (["read", "enroll"], ["alpha", "beta"], 5)


def test_a_key_can_be_made_for_what_a_program_does() -> None:
    create("ftrack", "--made-for", "worker")
    assert ApiKey.objects.get().verbs == ["enroll", "read", "update", "dispatch"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--verb", "fly"), "argument --verb: invalid choice: 'fly'"),
        (("--made-for", "cook"), "argument --made-for: invalid choice: 'cook'"),
        (("--made-for", "worker", "--verb", "read"), "argument --verb: not allowed with argument --made-for"),
        (("--topic", "no topic"), "--topic: Expected a list; each entry"),
        (("--project", ""), "--project: Expected a list of project names"),
        (("--expires", "tomorrow"), "argument --expires: expected a moment in ISO 8601"),
        (("--expires", "2001-01-01"), "argument --expires: expected a moment that is still to come"),
        (("--wait", "9"), "--wait: Ensure this value is less than or equal to 8"),
        (("--wait", "-1"), "--wait: Ensure this value is greater than or equal to 0"),
        (("--wait", "long"), "argument --wait: invalid int value: 'long'"),
        (("--name", ""), "--name: This field cannot be blank"),
        (("--name", "x" * 101), "--name: Ensure this value has at most 100 characters"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_made(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError) as refusal:
        create("ftrack", *arguments)
    assert said in str(refusal.value)
    assert not User.objects.exists()
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("name", ["two words", "", "artist"])
def test_the_name_has_to_be_that_of_a_service(people: Roles, name: str) -> None:
    with pytest.raises(CommandError, match="service: "):
        create(name)
    assert accounts.actor_named("artist").role == "user"
    assert not ApiKey.objects.exists()


def test_a_further_key_of_a_service_changes_the_others_in_nothing(people: Roles) -> None:
    facts: Any = ApiKey.objects.values("pk", "user", "name", "verbs", "digest")
    create("service", "--verb", "read")
    before = list(facts)
    create("service")
    assert list(facts)[:1] == before
