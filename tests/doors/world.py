"""The people and events that the table is about."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client

from events import accounts
from events.actor import Actor
from events.credentials import Credential
from events.errors import EventError
from events.models import ApiKey, Event, TopicPolicy
from events.policies import Verb
from events.status import Status
from tests.conftest import Roles
from tests.doors.table import CALLERS, EVENTS, EVERYBODY, NOBODY, POLICIES
from tests.factories import make_event

WHISPER = "whispered"
"""What only the events themselves say, so that no refusal may contain it."""
SOURCE = "activity.source"
"""The topic of one more event, which everybody reaches who enrolls at all."""


def make_policies(people: Roles) -> None:
    """Make what is said of topics, but for what names a key."""
    team = Group.objects.create(name="team")
    people["artist"].groups.add(team)
    for topic, allows, whom in POLICIES:
        if "key" not in whom:
            _make_policy(topic, allows=allows, **(whom | {"group": team} if "group" in whom else whom))


def _make_policy(topic: str, *, verb: str | None = None, **ruling: Any) -> None:
    for each in (verb,) if verb else Verb:
        TopicPolicy.objects.create(verb=each, topic=topic, **ruling)


def key_of(people: Roles, who: str) -> str | None:
    """Return the key that somebody comes with, once it has its limits and the policies that name it."""
    if who == NOBODY:
        return None
    caller = CALLERS[who]
    key = accounts.issue_key(people[caller.account], who)
    made = ApiKey.objects.filter(name=who)
    made.update(**caller.limits)
    for topic, allows, whom in POLICIES:
        if whom.get("key") == who:
            _make_policy(topic, allows=allows, key=made.get())
    return key


def headers_of(who: str, key: str | None) -> dict[str, str]:
    """Return what somebody sends along."""
    as_user = CALLERS[who].as_user
    return ({"X-Api-Key": key} if key else {}) | ({"X-as-user": as_user} if as_user else {})


def fields_of(kind: str, who: str) -> dict[str, Any]:
    """Return an event of the kind, which says ``WHISPER`` wherever it can."""
    topic, project, user = EVENTS[kind]
    return {
        "topic": topic,
        "project": project,
        "user": user or CALLERS[who].user,
        "sender": "whispered-sender",
        "description": f"whispered {kind}",
        "summary": {"text": "whispered-summary"},
        "payload": {"text": "whispered-payload"},
    }


@dataclass
class World:
    """One event, and somebody who tries something; what is answered is kept in ``heard``."""

    people: Roles
    who: str
    kind: str
    depends_on: UUID | None = None

    def __post_init__(self) -> None:
        self.heard: list[str] = []
        self.key = key_of(self.people, self.who)
        self.rest = Listening(self.heard, headers=headers_of(self.who, self.key))
        self.topic, self.project, _ = EVENTS[self.kind]
        self.event = make_event(hash="whispered-hash", depends_on=self.depends_on, **fields_of(self.kind, self.who))

    @property
    def id(self) -> str:
        return self.event.id.hex

    @property
    def user(self) -> User:
        return self.people[CALLERS[self.who].user]

    @property
    def actor(self) -> Actor:
        assert self.key is not None
        return Credential("key", self.key, CALLERS[self.who].as_user).actor()

    def viewer(self) -> Client:
        """Return the browser of somebody who may use the viewer."""
        client = Listening(self.heard)
        if self.who != NOBODY:
            self.user.is_staff = True
            self.user.save()
            self.user.user_permissions.add(Permission.objects.get(codename="view_event"))
            client.force_login(self.user)
        return client

    def permit(self) -> "World":
        """Give the permission to operate."""
        if self.who != NOBODY:
            self.user.user_permissions.add(Permission.objects.get(codename="operate_event"))
        return self

    def new(self, *, store: bool = True) -> dict[str, Any]:
        return {"topic": self.topic, "project": self.project, "store": store}

    def by_id(self) -> dict[str, object]:
        return {"conditions": [{"key": "id", "value": self.id}]}

    def allowed(self, attempt: Callable[[], object]) -> bool:
        """Tell whether Python code was let through."""
        try:
            attempt()
        except EventError as error:
            self.heard.append(f"{error} {error.details}")
            return False
        return True


@dataclass(frozen=True)
class Door:
    """One way to do something: what somebody does there, and whether it was let through."""

    verb: str
    attempt: Callable[[World], bool]
    callers: tuple[str, ...] = EVERYBODY
    kinds: tuple[str, ...] = tuple(EVENTS)
    status: Status = Status.FINISHED
    """Of the event."""


class Listening(Client):
    """A client that keeps what it hears, headers included."""

    def __init__(self, heard: list[str], **options: Any) -> None:
        super().__init__(**options)
        self.heard = heard

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        self.heard.append(f"{answer.status_code} {json.dumps(dict(answer.items()))} {answer.content.decode()}")
        return answer


def snapshot() -> list[dict[str, Any]]:
    """Return all that is stored of the events, the records of who tried to operate aside."""
    return [{**each} for each in Event.objects.exclude(topic__startswith="audit.").order_by("pk").values()]


@contextmanager
def undone(world: World) -> Iterator[None]:
    """Take everything back afterwards that was done at a door."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    world.heard.clear()
    accounts.forget()
