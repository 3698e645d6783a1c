"""The timeline of an event: dispatched, waited, started, each attempt and how it ended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.models import Attempt, Event
from events.status import OPEN, Status

ATTEMPTS = 50
"""Earlier attempts that are told of: the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something that happened."""

    time: SafeString
    what: str
    status: str = ""
    """What the event became, if that is what happened."""
    status_label: str = ""
    note: str = ""
    """What was said of it."""
    gap: str = ""
    """How long it took from the moment before, and what that time was: ``waited 3.2 s``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    at: datetime
    what: str
    status: str = ""
    note: str = ""
    meanwhile: str = "after"
    """What the time before was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened to an event, the oldest first."""

    moments: list[Moment]
    attempts: int
    """Of how many attempts it tells, the latest included; 0 for what happened at once."""
    is_cut: bool
    """There were more attempts, before these."""


def story_of(event: Event, source: Event | None) -> Story:
    """Return what happened; ``source`` is what a job is for."""
    latest = list(event.attempts.order_by("-left_at", "-pk")[: ATTEMPTS + 1])
    earlier = latest[:ATTEMPTS][::-1]
    steps = [*_of_source(source), _Step(at=event.created_at, what=_beginning(event), status=_born(event, earlier))]
    for attempt in earlier:
        steps += _of_attempt(attempt)
    steps += _of_latest(event, bool(earlier))
    steps.sort(key=lambda step: step.at)
    is_tried = event.started_at is not None or event.ended_at is not None
    return Story(moments=list(_told(steps)), attempts=len(earlier) + is_tried, is_cut=len(latest) > len(earlier))


def _of_source(source: Event | None) -> Iterator[_Step]:
    if source is not None:
        yield _Step(at=source.created_at, what=f"{source.topic} was dispatched")
        if source.updated_at > source.created_at:
            yield _Step(at=source.updated_at, what=f"{source.topic} was changed last", status=source.status)


def _of_attempt(attempt: Attempt) -> Iterator[_Step]:
    """Tell how an earlier attempt began, how it ended, and what made it an earlier one."""
    if attempt.started_at:
        yield _Step(at=attempt.started_at, what="Started", meanwhile="waited")
    if attempt.ended_at:
        yield replace(_end_of(attempt), at=attempt.ended_at, note=attempt.description)
    taken = f" while in progress{_by(attempt.sender)}" if attempt.status == Status.IN_PROGRESS else ""
    again = "Restarted" if attempt.left_as == Status.RESTARTED else "Handed out again"
    yield _Step(at=attempt.left_at, what=f"{again}{taken}")


def _of_latest(event: Event, is_repeated: bool) -> Iterator[_Step]:
    """Tell how the latest attempt began and ended, and of the last change if that is none of it."""
    known = {event.created_at, event.started_at, event.ended_at}
    by = _by(event.sender)
    if event.started_at:
        is_all = event.started_at == event.updated_at
        yield _Step(at=event.started_at, what=f"Started{by if is_all else ''}", meanwhile="waited")
    if event.ended_at:
        yield _end_of(event)
    is_waiting_again = is_repeated and event.status in (Status.PENDING, Status.RESTARTED)
    if event.updated_at not in known and not is_waiting_again:
        is_settled = event.ended_at or event.status == Status.IN_PROGRESS
        yield _Step(at=event.updated_at, what=f"Changed last{by}", status="" if is_settled else event.status)


def _end_of(attempt: Attempt | Event) -> _Step:
    """Tell who ended an attempt: of its beginning, only the time is kept."""
    return _Step(
        at=attempt.ended_at or timezone.now(),
        what=f"Ended{_by(attempt.sender)}",
        status=attempt.status,
        meanwhile="took" if attempt.started_at else "after",
    )


def _told(steps: Iterable[_Step]) -> Iterator[Moment]:
    before = None
    for step in steps:
        moment = Moment(time=render.long_time(step.at), what=step.what, status=step.status, note=step.note)
        if before is not None:
            moment = replace(moment, gap=f"{step.meanwhile} {render.duration(step.at - before)}")
        if step.status:
            moment = replace(moment, status_label=Status(step.status).label)
        yield moment
        before = step.at


def state_of(event: Event) -> str:
    """Say how long an event that is not settled has been waiting or running; empty for others."""
    if event.status not in (*OPEN, Status.RESTARTED):
        return ""
    verb = "Running" if event.status == Status.IN_PROGRESS else "Waiting"
    return f"{verb} for {render.duration(timezone.now() - (event.started_at or event.updated_at))}"


def _beginning(event: Event) -> str:
    verb = "Created as a job" if event.depends_on_id else "Dispatched"
    return f"{verb}{_by(event.created_by or event.user)}"


def _born(event: Event, earlier: list[Attempt]) -> str:
    """Return the state that the event has had from its beginning; empty if it has come to it later."""
    return "" if earlier or event.updated_at > event.created_at else event.status


def _by(who: str | None) -> str:
    return f" by {who}" if who else ""
