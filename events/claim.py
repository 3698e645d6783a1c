"""Claim: the row that a worker is about to be given is locked, and those that others have locked are passed by.

In sequence there is no passing by: who comes second waits, and then sees what the first one has done.
"""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from events import glance
from events.glance import STATEMENTS_MAX, Kind, field_of, in_order, of_age, retryable
from events.prepared import Slot, Statement, select
from events.queryset import EventQuerySet
from events.status import Status


class Source(NamedTuple):
    """What a job takes from its source."""

    id: UUID
    topic: str
    project: str | None
    position: int


class Repeatable(NamedTuple):
    """A job that is handed out again, as it was before."""

    id: UUID
    status: str
    retries: int
    description: str
    user: str | None
    sender: str | None
    sender_type: str | None


def source(kind: Kind, *, after: int) -> Source | None:
    """Lock the first source after the position that has no job; None: nobody has left one in the next STEP."""
    row = _next_source(kind).row(low=after, high=after + glance.STEP, oldest=kind.sources.oldest())
    return None if row is None else Source(*row)


def repeatable(kind: Kind, state: Status, *, max_retries: int) -> Repeatable | None:
    """Lock the oldest job that is to be handed out again from this state."""
    row = _next_job(kind, state).row(max_retries=max_retries, oldest=kind.sources.oldest())
    return None if row is None else Repeatable(*row)


@lru_cache(STATEMENTS_MAX)
def _next_source(kind: Kind) -> Statement:
    place = field_of("position")
    waiting = of_age(kind.sources.without_job(), kind.sources)
    between = waiting.filter(position__gt=Slot("low", place), position__lte=Slot("high", place))
    return select(_locked(between, kind).values_list(*Source._fields)[:1])


@lru_cache(STATEMENTS_MAX)
def _next_job(kind: Kind, state: Status) -> Statement:
    jobs = retryable(kind.sources) if state == Status.FAILED else kind.sources.jobs().in_state(state)
    return select(_locked(in_order(jobs), kind).values_list(*Repeatable._fields)[:1])


def _locked(events: EventQuerySet, kind: Kind) -> EventQuerySet:
    return events.select_for_update(skip_locked=not kind.sequential, no_key=True)
