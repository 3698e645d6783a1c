"""Topic policies: what may be done to which topics, beyond what the roles say. Pure; ``access`` asks here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import lru_cache

from events import topics


class Verb(StrEnum):
    """What can be done to events of a topic."""

    DISPATCH = "dispatch"
    """Make an event, stored or not."""
    PUBLISH = "publish"
    """Make a fire-and-forget event; a policy about dispatching counts too."""
    READ = "read"
    """Read, list and query events, and receive them."""
    RECEIVE = "receive"
    """Get messages on a socket or a stream; a policy about reading counts too."""
    UPDATE = "update"
    """Change an event."""
    ENROLL = "enroll"
    """Pull jobs: as a source topic, or as the topic of the jobs."""
    OPERATE = "operate"
    """Restart, abort and delete events."""


_WIDER = {Verb.PUBLISH: Verb.DISPATCH, Verb.RECEIVE: Verb.READ}
"""A verb that is a part of another one: what is said of the wider one counts for it too."""


def covers(given: Verb, verb: Verb) -> bool:
    """Tell whether what is said of ``given`` counts for ``verb``."""
    return given == verb or _WIDER.get(verb) == given


class Rank(IntEnum):
    """How closely a policy names an actor."""

    EVERYBODY = 0
    ROLE = 1
    GROUP = 2
    KEY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One ruling, as it concerns one actor."""

    verb: Verb
    topic: str
    """A topic, or a pattern with ``*``."""
    allows: bool
    rank: Rank = Rank.EVERYBODY

    @property
    def precedence(self) -> tuple[bool, int, int, bool]:
        """Sort the rulings: the more exact topic, then who is named more closely, then the refusal, come last."""
        return (not topics.is_wildcard(self.topic), len(self.topic.replace("*", "")), self.rank, not self.allows)


def in_order(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """Return the policies so that each counts for more than those before it."""
    return tuple(sorted(policies, key=lambda policy: policy.precedence))


@lru_cache(maxsize=10_000)
def ruling(policies: tuple[Policy, ...], verb: Verb, topic: str) -> bool | None:
    """Return what the policies (``in_order``) say of one topic; None: nothing, the role decides."""
    for policy in reversed(policies):
        if covers(policy.verb, verb) and topics.matches(policy.topic, topic):
            return policy.allows
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one key is limited to; an empty set is no limit. It only ever takes away from what its user may."""

    verbs: frozenset[Verb] = field(default_factory=frozenset)
    topics: tuple[str, ...] = ()
    """Topics and patterns."""
    projects: frozenset[str] = field(default_factory=frozenset)
    """A key that is limited to projects does not reach events without a project either."""

    def allows(self, verb: Verb, topic: str, project: str | None) -> bool:
        """Tell whether the key may be used for this."""
        return self.allows_verb(verb) and (not self.projects or project in self.projects) and self.allows_topic(topic)

    def allows_topic(self, topic: str) -> bool:
        """Tell whether the key reaches events of the topic."""
        return not self.topics or any(topics.matches(pattern, topic) for pattern in self.topics)

    def allows_verb(self, verb: Verb) -> bool:
        """Tell whether the key may be used for this at all."""
        return not self.verbs or any(covers(given, verb) for given in self.verbs)


UNLIMITED = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Which sources somebody's jobs may have; it is a part of what an enroll request describes."""

    topics: tuple[str, ...] = ()
    """Topics and patterns; empty: all."""
    projects: tuple[str, ...] = ()
    """Empty: all, and what has no project."""
    rulings: tuple[tuple[tuple[str, bool], ...], ...] = ()
    """Lists of topics and patterns with whether they are allowed, of which each entry counts for more than those before
    it; every list has to allow a source."""
