"""Presence: who is connected, over all processes.

Each process that has connections writes one row, when they change and else now and then. Who reads, takes the rows that
are fresh: a process that was killed takes nothing back, its row gets old.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from events.models import Presence

FRESH = timedelta(seconds=30)
"""A row that is older is no longer believed."""
KEPT = timedelta(hours=1)


@dataclass(slots=True, kw_only=True)
class Connected:
    """A user with connections."""

    name: str
    role: str
    sockets: int = 0
    streams: int = 0
    """Of server-sent events."""


def tell(process: str, connected: Iterable[Connected]) -> None:
    """Write down who is connected to a process, in one statement."""
    rows = [[each.name, each.role, each.sockets, each.streams] for each in connected]
    row = Presence(process=process, seen_at=timezone.now(), connections=rows)
    Presence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["process"], update_fields=["seen_at", "connections"]
    )


def leave(process: str) -> None:
    """Take back what a process has told, and what is left of processes that could not."""
    Presence.objects.filter(process=process).delete()
    Presence.objects.filter(seen_at__lt=timezone.now() - KEPT).delete()


def connected() -> list[Connected]:
    """Return who is connected to any process; those with most connections come first."""
    found: dict[tuple[str, str], Connected] = {}
    fresh = Presence.objects.filter(seen_at__gt=timezone.now() - FRESH)
    for connections in fresh.values_list("connections", flat=True):
        for name, role, sockets, streams in connections:
            each = found.setdefault((name, role), Connected(name=name, role=role))
            each.sockets += sockets
            each.streams += streams
    return sorted(found.values(), key=lambda each: (-each.sockets - each.streams, each.name))
