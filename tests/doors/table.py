"""The table that every door is held against: who may do what to which events."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Caller:
    """How somebody comes to the doors."""

    account: str
    limits: dict[str, Any] = field(default_factory=dict)
    """Of the key."""
    as_user: str | None = None
    """For whom the service speaks with ``X-as-user``."""

    @property
    def user(self) -> str:
        """Return who acts in the end."""
        return self.as_user or self.account


CALLERS = {
    **{name: Caller(name) for name in ("admin", "manager", "service", "artist", "guest", NOBODY)},
    "limited": Caller("service", {"projects": ["alpha"]}),
    "reader": Caller("service", {"verbs": ["read"]}),
    "sender": Caller("service", {"verbs": ["dispatch"]}),
    "worker": Caller("service", {"verbs": ["read", "update", "enroll", "dispatch"]}),
    "puller": Caller("service", {"verbs": ["enroll"]}),
    "blind": Caller("service", {"verbs": ["operate"]}),
    "topical": Caller("service", {"topics": ["activity.*"]}),
    "named": Caller("service"),
    "personal": Caller("artist", {"verbs": ["read"], "topics": ["test.*"]}),
    "spoken for": Caller("service", as_user="artist"),
    "spoken for by the reader": Caller("service", {"verbs": ["read"]}, as_user="artist"),
}
"""``nobody`` comes without a credential; policies name the key of ``named``."""
EVERYBODY = tuple(CALLERS)
BROWSERS = tuple(name for name, caller in CALLERS.items() if caller == Caller(name))
"""Who may come with a browser's session: limits are those of a key."""
CODE = tuple(name for name in EVERYBODY if name != NOBODY)
"""For whom Python code may speak: it always knows for whom."""

EVENTS: dict[str, tuple[str, str | None, str | None]] = {
    "own": ("test.event", "alpha", None),
    "granted": ("test.event", "alpha", "whispered-user"),
    "public": ("activity.created", "alpha", "whispered-user"),
    "foreign": ("test.event", "beta", "whispered-user"),
    "no project": ("test.event", None, "whispered-user"),
    "denied": ("secret.event", "alpha", None),
    "opened": ("open.event", "alpha", "whispered-user"),
    "shut": ("shut.event", "alpha", "whispered-user"),
    "kept": ("kept.event", "alpha", None),
    "hidden": ("hidden.event", "alpha", "whispered-user"),
}
"""Topic, project and user (None: the actor himself) of the events."""
POLICIES: tuple[tuple[str, bool, dict[str, str]], ...] = (
    ("secret.*", False, {}),
    ("hidden.*", False, {"verb": "read"}),
    ("shut.*", False, {"role": "service"}),
    ("open.*", True, {"group": "team"}),
    ("kept.*", False, {"group": "team"}),
    ("open.*", False, {"key": "named"}),
)
"""Topic, whether it is allowed, and whom or which verb it names: everybody and each unless it says so. The artist is of
the team."""

ALPHA = {"own", "granted", "public", "opened", "shut", "kept"}
ALL = ALPHA | {"foreign", "no project"}
SERVICES = ALL - {"shut"}
LIMITED = ALPHA - {"shut"}
NAMED = SERVICES - {"opened"}
ARTIST = ALPHA - {"kept"} | {"no project"}
PERSONAL = {"own", "granted", "no project"}
PUBLIC = {"public"}
UNSEEN = {"hidden"}
"""What is kept from readers only: what it takes no reading for may be done to it."""


def _each(names: Iterable[str], kinds: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(names, kinds)


SPOKEN_FOR = ("spoken for", "spoken for by the reader")
READERS = {
    **_each(("admin", "manager"), ALL),
    **_each(("service", "reader", "worker"), SERVICES),
    "limited": LIMITED,
    "topical": PUBLIC,
    "named": NAMED,
}
PEOPLE = {"artist": ARTIST, "personal": PERSONAL, **_each(SPOKEN_FOR, ARTIST - {"shut"})}
WRITERS = {name: kinds if kinds == PUBLIC else kinds | UNSEEN for name, kinds in READERS.items() if name != "reader"}
OPERATORS = {name: kinds for name, kinds in READERS.items() if name not in ("manager", "worker", "reader")}
GRANTED = ALPHA | {"denied"} | UNSEEN
"""The kinds whose project the artist and the guest were granted."""
TABLE: dict[str, dict[str, set[str]]] = {
    "read": {**READERS, **PEOPLE},
    "list": {**READERS, **_each(PEOPLE, {"own"})},
    "query": {name: READERS[name] for name in READERS if name != "manager"},
    "receive": {**READERS, **PEOPLE, "guest": PUBLIC},
    "update": {**WRITERS, **_each(("artist", "spoken for"), {"own", "opened"})},
    "intervene": {
        **WRITERS,
        "worker": {"own", "kept"},
        **_each(("artist", "spoken for"), {"own", "opened"}),
    },
    "operate": {**OPERATORS, **_each(("artist", "spoken for"), {"opened"})},
    "operate with the permission": {**OPERATORS, "manager": ALL, "artist": ARTIST, "spoken for": ARTIST - {"shut"}},
    "dispatch": {**WRITERS, "sender": SERVICES | UNSEEN, **_each(("artist", "spoken for"), {"opened"})},
    "replace": {
        **WRITERS,
        "worker": {"own", "kept"},
        **_each(("artist", "spoken for"), {"opened"}),
    },
    "take over": {**WRITERS, "worker": {"own", "kept"}},
    "enroll": {**_each(("service", "worker", "puller"), SERVICES), "limited": LIMITED, "named": NAMED},
    "enroll into": {
        **_each(("service", "worker", "puller", "limited"), SERVICES | UNSEEN),
        "named": NAMED | UNSEEN,
        "topical": PUBLIC,
    },
    "know its project": {
        **_each(("admin", "manager", "service", "reader", "worker", "topical", "named"), GRANTED | {"foreign"}),
        **_each(("limited", "guest", *PEOPLE), GRANTED),
    },
    "come upon": {
        **_each(("admin", "manager", "service", "worker", "sender", "named"), ALL | {"denied"} | UNSEEN),
        "limited": GRANTED,
    },
    "know a manager": _each(READERS, {"own"}),
}
"""For each verb the kinds of events that somebody may do it to; who is not named may do nothing.

*Intervene*: restart or abort by an update. *Replace*: dispatch one with its hash.
*Take over*: make it somebody else's. *Enroll into*: pull jobs of its
topic. *Come upon*: learn the id by the hash, or depend on it by the id.
"""


def may(verb: str, name: str) -> set[str]:
    """Return what the table says."""
    return TABLE[verb].get(name, set())
