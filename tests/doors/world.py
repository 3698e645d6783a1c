"""Who may do what: the table that every door is held against, and the people and events that it is about."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission, User
from django.test import Client

from events import accounts
from events.actor import Actor
from events.errors import EventError
from events.models import ApiKey, Event, TopicPolicy
from events.policies import Verb
from tests.conftest import Roles
from tests.factories import make_event

ROLES = ("admin", "manager", "service", "limited", "artist", "guest", "nobody")
"""``limited`` is the service with a key for the project alpha only, ``nobody`` comes without a credential."""
EVENTS: dict[str, tuple[str, str | None, str | None]] = {
    "own": ("test.event", "alpha", None),
    "granted": ("test.event", "alpha", "whispered-user"),
    "public": ("activity.created", "alpha", "whispered-user"),
    "foreign": ("test.event", "beta", "whispered-user"),
    "no project": ("test.event", None, "whispered-user"),
    "denied": ("secret.event", "alpha", None),
}
"""Topic, project and user (None: the actor himself) of the events; a policy refuses everybody all of ``secret.*``."""
ALL = {"own", "granted", "public", "foreign", "no project"}
ALPHA = {"own", "granted", "public"}
STAFF = {"admin": ALL, "manager": ALL, "service": ALL, "limited": ALPHA}
OPERATORS = {"admin": ALL, "service": ALL, "limited": ALPHA}
TABLE: dict[str, dict[str, set[str]]] = {
    "read": {**STAFF, "artist": ALPHA | {"no project"}},
    "list": {**STAFF, "artist": {"own"}},
    "query": OPERATORS,
    "receive": {**STAFF, "artist": ALPHA | {"no project"}, "guest": {"public"}},
    "update": {**STAFF, "artist": {"own"}},
    "operate": OPERATORS,
    "operate with the permission": {**STAFF, "artist": ALPHA | {"no project"}},
    "dispatch": STAFF,
    "enroll": {"service": ALL, "limited": ALPHA},
}
"""For each verb the kinds of events that a role may do it to; who is not named may do nothing."""
WHISPER = "whispered"
"""What only the events themselves say, so that no refusal may contain it."""


def may(verb: str, role: str) -> set[str]:
    """Return what the table says."""
    return TABLE[verb].get(role, set())


def refuse_secrets() -> None:
    """Make the policy that refuses everybody all of ``secret.*``."""
    for each in Verb:
        TopicPolicy.objects.create(verb=each, topic="secret.*", allows=False)


def key_of(people: Roles, role: str) -> str | None:
    """Return the key that somebody comes with."""
    if role == "nobody":
        return None
    key = accounts.issue_key(people[account_of(role)], role)
    if role == "limited":
        ApiKey.objects.filter(name=role).update(projects=["alpha"])
    return key


def account_of(role: str) -> str:
    return "service" if role == "limited" else role


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
        self.rest = Listening(self.heard, headers={"X-Api-Key": self.key} if self.key else {})
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
        return accounts.actor_for_key(self.key)

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
