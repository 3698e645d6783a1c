"""What a poll sees at first, in one query: whatever there is to hand out, and how far the consumer has got.

The query consists of look-ups that each have one index to go by, written so that PostgreSQL has no other
choice, whatever its statistics say: the order of jobs is a sum, which no index has, and that of sources is
bounded on both sides. None of them depends on how long the history is.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from events.models import Consumer, Event
from events.prepared import Slot, Statement, select
from events.queryset import EventQuerySet
from events.sources import Sources
from events.status import OPEN, Status

STEP = 20_000
"""How many positions after the watermark a poll looks through at first."""
ENDLESS = 2**62
"""As a number of positions: all that there are."""
STATEMENTS_MAX = 500
"""How many kinds of requests a process keeps the SQL of."""


class Glance(NamedTuple):
    """What there was at the moment of the query."""

    consumer: int
    watermark: int
    settled_since: datetime | None
    newest: int
    """The last position of the stream."""
    held: UUID | None
    """The oldest unfinished job that the sender has."""
    others: UUID | None
    """An unfinished job of anybody; None unless the request is sequential."""
    restarted: int | None
    """Where the oldest restarted job was created; None: there is none."""
    failed: int | None
    """The same of the failed jobs with retries left."""
    source: int | None
    """The position of the first source without a job; None: there is none in the next STEP positions."""

    def repeatable(self) -> list[Status]:
        """Return the states from which a job is to be handed out again, that of the older job first."""
        found = ((self.restarted, Status.RESTARTED), (self.failed, Status.FAILED))
        return [status for created, status in sorted(each for each in found if each[0] is not None)]


def field_of(name: str) -> Any:
    """Return a field of events, for a slot."""
    return Event._meta.get_field(name)


@dataclass(frozen=True, slots=True)
class Kind:
    """What decides the SQL of a request: all that is not a number or a name in it."""

    key: str
    has_sender: bool
    sequential: bool
    sources: Sources = field(compare=False)


def look(kind: Kind, *, step: int, **values: object) -> Glance | None:
    """Look; None if there is no such consumer yet."""
    row = _statement(kind).row(key=kind.key, step=step, oldest=kind.sources.oldest(), **values)
    return None if row is None else Glance(*row)


@lru_cache(STATEMENTS_MAX)
def _statement(kind: Kind) -> Statement:
    """Compile the query of Glance."""
    jobs = kind.sources.jobs()
    open_jobs = jobs.in_state(*OPEN)
    found: dict[str, Any] = {
        "newest": Coalesce(Subquery(Event.objects.order_by("-position").values("position")[:1]), Value(0)),
        "held": _first(held_by(open_jobs, has_sender=kind.has_sender), "pk"),
        "others": _any(open_jobs) if kind.sequential else Value(None, field_of("id")),
        "restarted": _first(jobs.in_state(Status.RESTARTED), "creation_order"),
        "failed": _first(retryable(kind.sources), "creation_order"),
        "source": Subquery(_next_source(kind.sources).values("position")[:1]),
    }
    consumers: QuerySet[Any, Any] = Consumer.objects.filter(key=Slot("key", Consumer._meta.get_field("key")))
    return select(consumers.values_list("pk", "watermark", "settled_since", *found.values()))


def held_by(open_jobs: EventQuerySet, *, has_sender: bool) -> EventQuerySet:
    """Keep the jobs of the sender; to have none is to be one, too."""
    if has_sender:
        return open_jobs.filter(sender=Slot("sender", field_of("sender")))
    return open_jobs.filter(sender=None)


def retryable(sources: Sources) -> EventQuerySet:
    """Return the failed jobs with retries left; age forgives a restart, not a failure."""
    jobs = sources.jobs(updated_at__gte=_oldest()) if sources.max_age_days else sources.jobs()
    return jobs.in_state(Status.FAILED).filter(retries__lt=Slot("max_retries", field_of("retries")))


def of_age(waiting: EventQuerySet, sources: Sources) -> EventQuerySet:
    """Keep the sources that are young enough, if there is a limit."""
    return waiting.filter(updated_at__gte=_oldest()) if sources.max_age_days else waiting


def in_order(jobs: EventQuerySet) -> EventQuerySet:
    """Return the jobs in the order of their creation, found first and sorted then."""
    return jobs.order_by(F("creation_order") + 0)


def _oldest() -> Slot:
    return Slot("oldest", field_of("updated_at"))


def _first(jobs: EventQuerySet, column: str) -> Combinable:
    return Subquery(in_order(jobs).values(column)[:1])


def _any(open_jobs: EventQuerySet) -> Combinable:
    """Ask for each kind of sender, so that the index of open jobs is the only one that does for SQLite, too."""
    return Coalesce(_first(open_jobs.filter(sender__gte=""), "pk"), _first(open_jobs.filter(sender=None), "pk"))


def _next_source(sources: Sources) -> EventQuerySet:
    reach = OuterRef("watermark") + Slot("step", field_of("position"))
    waiting = of_age(sources.without_job(), sources)
    return waiting.filter(position__gt=OuterRef("watermark"), position__lte=reach)
