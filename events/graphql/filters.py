"""Which events a query asks for: the arguments of ``events`` as phrases of the queryset."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from events.actor import Actor
from events.errors import InvalidField
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status
from events.topics import PATTERN_EXPECTED, is_pattern
from events.validation import PATTERNS_MAX, UNSTORABLE, check_text, parse_id

VALUES_MAX = 5000
"""Members of one list; SQLite takes 32,000 values in a statement."""
SEARCH_LENGTH = 500
"""Characters of a text filter."""
WORD_LENGTH = 3
"""Shorter words of a text filter do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The arguments that narrow the list down; None does not."""

    ids: Sequence[str] | None = None
    topics: Sequence[str] | None = None
    projects: Sequence[str] | None = None
    users: Sequence[str] | None = None
    states: Sequence[str] | None = None
    """The old name of ``statuses``, which counts if both are given."""
    statuses: Sequence[str] | None = None
    has_children: bool | None = None
    older_than: str | None = None
    newer_than: str | None = None
    filter: str | None = None
    include_logs: bool = False


def events_for(actor: Actor, wanted: Wanted) -> EventQuerySet:
    """Return the events that are asked for and that the actor may see.

    Who asks by id gets what REST gives by id; lists hold what belongs into the actor's lists. An empty list
    finds nothing, and so does one of names that nothing has. InvalidField names the argument that is wrong.
    """
    events = Event.objects.listed_to(actor) if wanted.ids is None else Event.objects.readable_by(actor)
    if wanted.topics is not None:
        events = events.on_topics(_patterns(wanted.topics))
    elif not wanted.include_logs:
        events = events.without_logs()
    if wanted.has_children is not None:
        events = events.with_children(wanted.has_children, seen_by=actor)
    found = events.mentioning(_words(wanted.filter or ""), hides_secrets=not actor.sees_secrets)
    return found.filter(*_listed(wanted), *_created(wanted))


def _listed(wanted: Wanted) -> Iterator[Q]:
    """Return a condition for each list of values."""
    if wanted.ids is not None:
        yield Q(pk__in={parse_id("ids", each) for each in _few("ids", wanted.ids)})
    if wanted.projects is not None:
        yield Q(project__in=_names("projects", wanted.projects))
    if wanted.users is not None:
        yield Q(user__in=_names("users", wanted.users))
    statuses = wanted.states if wanted.statuses is None else wanted.statuses
    if statuses is not None:
        yield Q(status__in=[status.value for status in Status if status in statuses])
        if Status.FINISHED not in statuses:
            yield ~Q(status=Status.FINISHED)  # says nothing new, but is what the index on the status says


def _created(wanted: Wanted) -> Iterator[Q]:
    if wanted.older_than:
        yield Q(created_at__lt=_moment("olderThan", wanted.older_than))
    if wanted.newer_than:
        yield Q(created_at__gt=_moment("newerThan", wanted.newer_than))


def _words(text: str) -> str:
    """Return the words of a text filter that count."""
    check_text("filter", text, SEARCH_LENGTH)
    return " ".join(word for word in text.split() if len(word) >= WORD_LENGTH)


def _moment(argument: str, text: str) -> datetime:
    """Return the time that a text says; it is UTC if it has no offset."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidField(argument, "expected a time in ISO 8601, such as 2026-05-31T12:00:00+00:00") from error


def _patterns(patterns: Sequence[str]) -> Sequence[str]:
    if not all(map(is_pattern, _few("topics", patterns, PATTERNS_MAX))):
        raise InvalidField("topics", f"expected {PATTERN_EXPECTED}")
    return patterns


def _names(argument: str, names: Sequence[str]) -> Collection[str]:
    """Return the names that something can have: the databases do not take the others."""
    return {name for name in _few(argument, names) if not UNSTORABLE.search(name)}


def _few(argument: str, values: Sequence[str], most: int = VALUES_MAX) -> Sequence[str]:
    if len(values) > most:
        raise InvalidField(argument, f"expected at most {most} values, got {len(values)}")
    return values
