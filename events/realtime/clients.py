"""Who listens: clients, and audiences of clients that may see and want the same."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from events import access
from events.actor import Actor
from events.credentials import Credential
from events.message import Envelope
from events.realtime.outlets import Outlet
from events.realtime.protocol import Subscription

DECISIONS = 10_000
"""Decisions that one audience remembers."""


class Phase(Enum):
    """What a client gets."""

    LIVE = "live"
    """Every frame as it comes."""
    CATCHING_UP = "catching up"
    """What it has missed, page by page; then it goes live."""
    BEHIND = "behind"
    """Nothing, because it does not take what it has got already; then it catches up."""
    GONE = "gone"


@dataclass(slots=True, eq=False, kw_only=True)
class Client:
    """One connection of somebody who was let in."""

    outlet: Outlet
    credential: Credential
    actor: Actor
    subscription: Subscription
    phase: Phase = Phase.CATCHING_UP
    told: int | None = None
    """While it is not live: the position up to which it has got everything. None: where it stands is not known."""
    floor: int = 0
    """While live: it has got everything up to here from another process that was further than this one."""
    round: int = 0
    """Counts its attempts to catch up, of which only the last one counts."""
    number: int = field(default_factory=itertools.count().__next__)
    """Counts the clients of this process."""


Key: TypeAlias = tuple[Actor, Subscription]


@dataclass(slots=True, eq=False)
class Audience:
    """All clients with the same rights and the same subscription: what is decided for one is decided for all."""

    actor: Actor
    subscription: Subscription
    clients: set[Client] = field(default_factory=set)
    _decisions: dict[tuple[str, str | None, str | None], bool] = field(default_factory=dict)

    def hears(self, envelope: Envelope) -> bool:
        """Tell whether the message was asked for and may be received."""
        about = (envelope.topic, envelope.project, envelope.user)
        if envelope.recipients is not None:
            return self._decide(envelope)
        decision = self._decisions.get(about)
        if decision is None:
            if len(self._decisions) >= DECISIONS:
                self._decisions.clear()
            decision = self._decisions[about] = self._decide(envelope)
        return decision

    def _decide(self, envelope: Envelope) -> bool:
        return self.subscription.covers(envelope.topic, envelope.project) and access.may_receive(
            self.actor,
            topic=envelope.topic,
            project=envelope.project,
            user=envelope.user,
            recipients=envelope.recipients,
        )


class Audiences:
    """The live clients, by what they hear."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._audiences: dict[Key, Audience] = {}

    def __iter__(self) -> Iterator[Audience]:
        """Go through them as they are now."""
        return iter(tuple(self._audiences.values()))

    def add(self, client: Client) -> Audience:
        """Let the client hear what comes."""
        key = (client.actor, client.subscription)
        audience = self._audiences.get(key)
        if audience is None:
            audience = self._audiences[key] = Audience(*key)
        audience.clients.add(client)
        return audience

    def remove(self, client: Client) -> None:
        """Let it hear nothing more; nothing happens if it did not."""
        key = (client.actor, client.subscription)
        audience = self._audiences.get(key)
        if audience is not None:
            audience.clients.discard(client)
            if not audience.clients:
                del self._audiences[key]
