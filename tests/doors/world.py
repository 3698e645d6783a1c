"""Who may do what: the table that every door is held against, and the people and events that it is about."""

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
from tests.conftest import Roles
from tests.factories import make_event

ROLES = ("admin", "manager", "service", "limited", "artist", "guest", "nobody")
"""``limited`` is the service with a key for the project alpha only, ``nobody`` comes without a credential."""
KEYS: dict[str, dict[str, list[str]]] = {
    "limited": {"projects": ["alpha"]},
    "reader": {"verbs": ["read"]},
    "sender": {"verbs": ["dispatch"]},
    "worker": {"verbs": ["read", "update", "enroll", "dispatch"]},
    "topical": {"topics": ["activity.*"]},
}
"""The service with keys that have limits."""
SPEAKER = "spoken for"
"""The artist, for whom the service speaks with ``X-as-user``."""
EVERYBODY = (*ROLES, *(name for name in KEYS if name not in ROLES), SPEAKER)
EVENTS: dict[str, tuple[str, str | None, str | None]] = {
    "own": ("test.event", "alpha", None),
    "granted": ("test.event", "alpha", "whispered-user"),
    "public": ("activity.created", "alpha", "whispered-user"),
    "foreign": ("test.event", "beta", "whispered-user"),
    "no project": ("test.event", None, "whispered-user"),
    "denied": ("secret.event", "alpha", None),
    "opened": ("open.event", "alpha", "whispered-user"),
    "shut": ("shut.event", "alpha", "whispered-user"),
}
"""Topic, project and user (None: the actor himself) of the events.

Policies refuse everybody all of ``secret.*`` and services all of ``shut.*``, and allow the artist's group all of
``open.*``.
"""
ALPHA = {"own", "granted", "public", "opened", "shut"}
ALL = ALPHA | {"foreign", "no project"}
SERVICES = ALL - {"shut"}
LIMITED = ALPHA - {"shut"}
ARTIST = ALPHA | {"no project"}
PUBLIC = {"public"}
READERS = {
    "admin": ALL,
    "manager": ALL,
    "service": SERVICES,
    "limited": LIMITED,
    "reader": SERVICES,
    "worker": SERVICES,
    "topical": PUBLIC,
}
WRITERS = {name: kinds for name, kinds in READERS.items() if name != "reader"}
OPERATORS = {"admin": ALL, "service": SERVICES, "limited": LIMITED, "topical": PUBLIC}
GRANTED = ALPHA | {"denied"}
"""The kinds whose project the artist and the guest were granted."""
TABLE: dict[str, dict[str, set[str]]] = {
    "read": {**READERS, "artist": ARTIST, SPEAKER: ARTIST - {"shut"}},
    "list": {**READERS, "artist": {"own"}, SPEAKER: {"own"}},
    "query": {name: READERS[name] for name in READERS if name != "manager"},
    "receive": {**READERS, "artist": ARTIST, "guest": PUBLIC},
    "update": {**WRITERS, "artist": {"own", "opened"}, SPEAKER: {"own", "opened"}},
    "intervene": {**WRITERS, "worker": {"own"}, "artist": {"own", "opened"}, SPEAKER: {"own", "opened"}},
    "operate": {**OPERATORS, "artist": {"opened"}, SPEAKER: {"opened"}},
    "operate with the permission": {**OPERATORS, "manager": ALL, "artist": ARTIST, SPEAKER: ARTIST - {"shut"}},
    "dispatch": {**WRITERS, "sender": SERVICES, "artist": {"opened"}, SPEAKER: {"opened"}},
    "enroll": {"service": SERVICES, "limited": LIMITED, "worker": SERVICES},
    "know its project": {
        **dict.fromkeys(("admin", "manager", "service", "reader", "worker", "topical"), GRANTED | {"foreign"}),
        **dict.fromkeys(("limited", "artist", "guest", SPEAKER), GRANTED),
    },
    "come upon": {
        **dict.fromkeys(("admin", "manager", "service", "worker", "sender"), ALL | {"denied"}),
        "limited": GRANTED,
        "artist": set(),
    },
    "know a manager": {name: {"own"} for name in READERS},
}
"""For each verb the kinds of events that somebody may do it to; who is not named may do nothing.

*Intervene*: restart or abort by an update. *Come upon*: learn the id by the hash, or depend on it by the id.
"""
WHISPER = "whispered"
"""What only the events themselves say, so that no refusal may contain it."""


def may(verb: str, role: str) -> set[str]:
    """Return what the table says."""
    return TABLE[verb].get(role, set())


def make_policies(people: Roles) -> None:
    """Make what is said of the topics ``secret.*``, ``shut.*`` and ``open.*``."""
    team = Group.objects.create(name="team")
    people["artist"].groups.add(team)
    for each in Verb:
        TopicPolicy.objects.create(verb=each, topic="secret.*", allows=False)
        TopicPolicy.objects.create(verb=each, topic="shut.*", allows=False, role="service")
        TopicPolicy.objects.create(verb=each, topic="open.*", allows=True, group=team)


def key_of(people: Roles, role: str) -> str | None:
    """Return the key that somebody comes with."""
    if role == "nobody":
        return None
    key = accounts.issue_key(people["service" if role == SPEAKER else account_of(role)], role)
    ApiKey.objects.filter(name=role).update(**KEYS.get(role, {}))
    return key


def account_of(role: str) -> str:
    return "artist" if role == SPEAKER else "service" if role in KEYS else role


def fields_of(kind: str, role: str) -> dict[str, Any]:
    """Return an event of the kind, which says ``WHISPER`` wherever it can."""
    topic, project, user = EVENTS[kind]
    return {
        "topic": topic,
        "project": project,
        "user": user or account_of(role),
        "sender": "whispered-sender",
        "description": f"whispered {kind}",
        "summary": {"text": "whispered-summary"},
        "payload": {"text": "whispered-payload"},
    }


@dataclass
class World:
    """One event, and somebody who tries something; what is answered is kept in ``heard``."""

    people: Roles
    role: str
    kind: str
    depends_on: UUID | None = None

    def __post_init__(self) -> None:
        self.heard: list[str] = []
        self.key = key_of(self.people, self.role)
        headers = {"X-Api-Key": self.key} if self.key else {}
        self.rest = Listening(self.heard, headers=headers | ({"X-as-user": "artist"} if self.role == SPEAKER else {}))
        self.topic, self.project, _ = EVENTS[self.kind]
        self.event = make_event(hash="whispered-hash", depends_on=self.depends_on, **fields_of(self.kind, self.role))

    @property
    def id(self) -> str:
        return self.event.id.hex

    @property
    def user(self) -> User:
        return self.people[account_of(self.role)]

    @property
    def actor(self) -> Actor:
        assert self.key is not None
        return Credential("key", self.key, "artist" if self.role == SPEAKER else None).actor()

    def viewer(self) -> Client:
        """Return the browser of somebody who may use the viewer."""
        client = Listening(self.heard)
        if self.role != "nobody":
            self.user.is_staff = True
            self.user.save()
            self.user.user_permissions.add(Permission.objects.get(codename="view_event"))
            client.force_login(self.user)
        return client

    def permit(self) -> "World":
        """Give the permission to operate."""
        if self.role != "nobody":
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
