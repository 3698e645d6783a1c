"""Claim: the row that a worker is about to be given is locked, and those that others have locked are passed by.

In sequence there is no passing by: who comes second waits, and then sees what the first one has done.
"""

from contextlib import nullcontext
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, Concat

from events import glance, hashing, position
from events.dispatch import stored_fields
from events.glance import STATEMENTS_MAX, Kind, field_of, in_order, of_age, retryable
from events.models import Event
from events.prepared import Slot, Statement, insert_found, select
from events.queryset import EventQuerySet
from events.status import Status


class Repeatable(NamedTuple):
    """A job that is handed out again, as it was before."""

    id: UUID
    status: str
    retries: int
    description: str
    user: str | None
    sender: str | None
    sender_type: str | None
    started_at: datetime | None
    ended_at: datetime | None


def source(kind: Kind, job: Event, *, after: int, description: str | None) -> bool:
    """Store the job of the first source after the position that has none, and that nobody else is just taking.

    The job brings all that does not come from its source. False: there was none in the next STEP positions, or
    its hash was taken. On PostgreSQL it is one statement: who sees the source also has it.
    """
    with nullcontext() if position.drawn_by_the_table() else transaction.atomic():
        for column, number in position.stamp().items():
            setattr(job, column, number)
        given = {name: getattr(job, name) for name in _own_fields()}
        between = {"low": after, "high": after + glance.STEP, "oldest": kind.sources.oldest()}
        hashed = hashing.job_hash_beginning(job.topic)
        row = _taking(kind).row(**given, **between, hashed=hashed, described=description, target=f" to {job.topic}")
    if row is None:
        return False
    for name, value in zip(_RETURNED, row, strict=True):
        setattr(job, name, value)
    return True


def position_of_next(kind: Kind, *, after: int) -> int | None:
    """Lock the first source after the position that has no job, and return its place; None: others have them all."""
    row = _next_source(kind).row(low=after, high=after + glance.STEP, oldest=kind.sources.oldest())
    return None if row is None else int(row[0])


def repeatable(kind: Kind, state: Status, *, max_retries: int) -> Repeatable | None:
    """Lock the oldest job that is to be handed out again from this state."""
    row = _next_job(kind, state).row(max_retries=max_retries, oldest=kind.sources.oldest())
    return None if row is None else Repeatable(*row)


@lru_cache(STATEMENTS_MAX)
def _taking(kind: Kind) -> Statement:
    text: TextField[str, str] = TextField()
    default = Concat(Value("Convert from "), F("topic"), Slot("target", text), output_field=text)
    values: dict[str, Any] = {name: Slot(name, field_of(name)) for name in _own_fields()} | {
        "hash": hashing.JobHash(Slot("hashed", text), F("pk")),
        "depends_on_id": F("pk"),
        "project": F("project"),
        "description": Coalesce(Slot("described", text), default),
    }
    return insert_found(_free_sources(kind), values, returning=_RETURNED)


@cache
def _own_fields() -> tuple[str, ...]:
    """Return the columns that a job does not get from its source."""
    return tuple(name for name in stored_fields() if name not in _FROM_SOURCE)


_FROM_SOURCE = ("hash", "depends_on_id", "project", "description")
_RETURNED = (*_FROM_SOURCE, "creation_order", "position")


@lru_cache(STATEMENTS_MAX)
def _next_source(kind: Kind) -> Statement:
    return select(_free_sources(kind).values_list("position"))


def _free_sources(kind: Kind) -> Any:
    place = field_of("position")
    waiting = of_age(kind.sources.without_job(), kind.sources)
    between = waiting.filter(position__gt=Slot("low", place), position__lte=Slot("high", place))
    return _locked(between, kind)[:1]


@lru_cache(STATEMENTS_MAX)
def _next_job(kind: Kind, state: Status) -> Statement:
    jobs = retryable(kind.sources) if state == Status.FAILED else kind.sources.jobs().in_state(state)
    return select(_locked(in_order(jobs), kind).values_list(*Repeatable._fields)[:1])


def _locked(events: EventQuerySet, kind: Kind) -> EventQuerySet:
    return events.select_for_update(skip_locked=not kind.sequential, no_key=True)
