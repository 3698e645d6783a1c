"""What the database knows of the stream: what a hub has missed, and what a client has. Synchronous."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from events import message, position
from events.message import Envelope, Message
from events.models import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the stream stands."""

    settled: int | None
    """Up to here nothing can appear any more; None: not known yet."""
    start: int = 0
    """The last number that was given out."""
    missed: Sequence[Envelope] = ()
    """What has settled since the last look and is not among what was told, in the order of the stream."""
    history: list[Message] = field(default_factory=list)
    """What is there before anybody listens, and has not settled."""
    suspects: frozenset[int] = frozenset()
    """The positions of what was not told and is not settled."""
    is_too_much: bool = False
    """More has settled than anybody can be told of one by one."""


def begin(limit: int) -> Look:
    """Look for the first time; what there is already is history, also what has not settled yet.

    What has settled is not known as long as a transaction of this database is open that is older than this process.
    """
    start = position.drawn()
    settled = min(position.settled(closely=True), start)
    if start and not settled:
        return Look(settled=None, start=start)
    history = _remember(_changes(settled, None)[:limit]) if settled < start else []
    return Look(settled=settled, start=start, history=history)


def look(since: int, told: Container[int], limit: int, suspects: Container[int] | None = None) -> Look:
    """Look what has settled after ``since``.

    ``suspects``: look at what has not settled too, and take for missed what was a suspect the last time already;
    what is new there is mostly still on its way through the bus.
    """
    settled = max(position.settled(), since)
    if settled == since and suspects is None:
        return Look(settled=since)
    events = _changes(since, settled if suspects is None else None)
    positions = list(events.values_list("position", flat=True)[: limit + 1])
    if len(positions) > limit and positions[limit] <= settled:
        return Look(settled=settled, is_too_much=True)
    unknown = [each for each in positions if each not in told]
    missing = [each for each in unknown if each <= settled or (suspects is not None and each in suspects)]
    return Look(
        settled=settled,
        missed=_remember(events.filter(position__in=missing)) if missing else (),
        suspects=frozenset(each for each in unknown if each > settled),
    )


def is_within_reach(since: int, limit: int) -> bool:
    """Tell whether a client that knows everything up to ``since`` can be told what it has missed."""
    if since > position.drawn():  # the number is of another database, or of a time before a backup was restored
        return False
    return not Event.objects.after(since).order_by("position").values_list("position")[limit : limit + 1].exists()


def page(after: int, until: int, size: int, characters: int) -> tuple[list[Message], int]:
    """Return the first changes after one position and up to another, and the position up to which they are all.

    ``size``: how many at most; ``characters``: how many of their frames, but for the last one.
    """
    messages: list[Message] = []
    room = characters
    for event in _changes(after, until)[:size]:
        messages.append(message.remembered(event))
        room -= len(messages[-1].frame)
        if room < 0 or len(messages) == size:
            return messages, event.position
    return messages, until


def _changes(after: int, until: int | None) -> QuerySet[Event]:
    events = Event.objects.after(after).order_by("position").defer("payload")
    return events if until is None else events.until(until)


def _remember(events: QuerySet[Event]) -> list[Message]:
    return [message.remembered(event) for event in events]
