"""Operations that operators start in the viewer: previewed, counted, carried out step by step, and on record.

A run is an event on ``operation.run``: it says who does what to which events, is in progress while that lasts, and
tells at any time how many there were until then. The audit trail has a record of each batch, which names the run, and
one of all of it when it ends or is stopped. It goes on in steps of a few seconds, one request each, so that whoever
closes the browser can go on later, and nothing that has changed since the preview is touched.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from uuid import UUID

from django.db import transaction

from events import audit, operations
from events.actor import Actor
from events.admin import counting
from events.admin.counting import Expected
from events.admin.plans import RUN_TOPIC, Plan
from events.dispatch import NewEvent, dispatch
from events.errors import EventError
from events.models import Event
from events.operations import Kind
from events.queryset import EventQuerySet
from events.status import Status
from events.tally import Outcome, Tally
from events.update import EventChanges, update

SENDER = "viewer"
STEP = 2.0
"""Seconds after which a step ends, with the batch that it is at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as its record tells it."""

    id: UUID
    plan: Plan
    user: str | None
    status: str
    total: int
    """Events that were counted. Of a deletion some may stay, because others depend on them."""
    skipped: int
    uncounted: int | None
    """Below this number of the creation order nobody has counted yet; None: all are counted."""
    reached: int | None
    """What the next step goes on after, in the creation order; None: from the beginning."""
    before: Mapping[str, int]
    """How many of those affected had which status."""
    blocked: int
    problem: str = ""
    stopped_by: str = ""

    @property
    def affected(self) -> int:
        """Return how many were changed or deleted until now."""
        return sum(self.before.values())

    @property
    def done(self) -> int:
        """Return how many of the counted ones were dealt with."""
        return min(self.affected + self.blocked, self.total)

    @property
    def states(self) -> list[tuple[str, int]]:
        """Return the states that those affected had, and how many had which."""
        return sorted(self.before.items())

    @property
    def is_over(self) -> bool:
        """Tell whether it does not go on, unless somebody continues it."""
        return self.status != Status.IN_PROGRESS

    @property
    def is_stopped(self) -> bool:
        """Tell whether somebody has stopped it before its end."""
        return self.status == Status.ABORTED

    @property
    def is_ended(self) -> bool:
        """Tell whether nothing can be continued."""
        return self.is_over and not self.is_stopped

    @property
    def per_cent(self) -> float:
        """Return how much is done; 0 while nobody knows of how many."""
        if self.status == Status.FINISHED:
            return 100.0
        return 0.0 if self.uncounted is not None else min(99.0, 100 * self.done / max(self.total, 1))

    @property
    def outcome(self) -> Outcome:
        """Return what was done until now."""
        counts = {"affected": self.affected, "skipped": self.skipped, "blocked": self.blocked}
        return Outcome(**counts, examples=(), before=self.before)


def begin(plan: Plan, visible: EventQuerySet, expected: Expected, by: Actor) -> UUID:
    """Record that somebody begins, and return the id of the run."""
    nothing = Outcome(affected=0, skipped=expected.skipped, blocked=0, examples=())
    said = operations.asked(plan.operation(visible, dry_run=False)) | operations.counts(Kind(plan.kind), nothing)
    new = NewEvent(
        topic=RUN_TOPIC,
        user=by.name,
        sender=SENDER,
        description=f"{operations.told(plan.kind, 0)} of {expected.matching} so far",
        summary={"kind": plan.kind, "total": expected.matching, **said},
        payload={**asdict(plan), "uncounted": expected.reached, "reached": None},
        finished=False,
    )
    with transaction.atomic():
        run_id = dispatch(new)
        update(run_id, EventChanges(status=Status.IN_PROGRESS, sender=SENDER))
    return run_id


def find(run_id: UUID) -> Run:
    """Return a run; raise Event.DoesNotExist if there is none, or if the event is no record of one."""
    return _run_of(Event.objects.get(pk=run_id, topic=RUN_TOPIC))


def is_run(event: Event) -> bool:
    """Tell whether an event is the record of a run."""
    return event.topic == RUN_TOPIC


def step(run: Run, visible: EventQuerySet, by: Actor) -> Run:
    """Carry a run on for a few seconds: count what is not counted yet, or operate. Return how it stands then."""
    if run.uncounted is not None:
        part = counting.count(run.plan, visible, by, below=run.uncounted, patience=STEP)
        return _note(run.id, by, lambda now: _with_counted(now, part) if now.uncounted == run.uncounted else now)
    clock = _Clock(time.monotonic() + STEP)
    tally = Tally(clock.watch)
    try:
        operation = run.plan.operation(visible, dry_run=False, reached=run.reached)
        operations.carry_out(replace(operation, run=run.id.hex), tally, by)
        status, problem = Status.FINISHED, ""
    except _TimeUpError:
        status, problem = Status.IN_PROGRESS, ""
    except EventError as error:
        status, problem = Status.FAILED, str(error)
    return _note(run.id, by, lambda now: _with_done(now, tally, status, problem))


def stop(run: Run, by: Actor) -> Run:
    """End a run with what was done until now; a step that it is at comes to its end."""
    return _note(
        run.id, by, lambda now: now if now.is_over else replace(now, status=Status.ABORTED, stopped_by=by.name)
    )


def resume(run: Run, by: Actor) -> Run:
    """Let a run go on that was stopped."""
    return _note(
        run.id, by, lambda now: replace(now, status=Status.IN_PROGRESS, stopped_by="") if now.is_stopped else now
    )


def _with_counted(run: Run, part: Expected) -> Run:
    return replace(run, total=run.total + part.matching, skipped=run.skipped + part.skipped, uncounted=part.reached)


def _with_done(run: Run, done: Tally, status: Status, problem: str) -> Run:
    """Add what a step has done. A run that was stopped or has ended meanwhile stays so, unless nothing is left."""
    return replace(
        run,
        status=run.status if run.is_over and status == Status.IN_PROGRESS else status,
        problem=problem,
        before=dict(Counter(run.before) + Counter(done.before)),
        blocked=run.blocked + done.blocked,
        reached=run.reached if done.reached is None else done.reached,
    )


class _TimeUpError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Clock:
    deadline: float

    def watch(self, _done: Outcome) -> None:
        """End the step when its time is up."""
        if time.monotonic() > self.deadline:
            raise _TimeUpError


def _note(run_id: UUID, by: Actor, change: Callable[[Run], Run]) -> Run:
    """Write down how a run stands after a change, of which there is one at a time; return it. Its end is on record."""
    with transaction.atomic():
        event = Event.objects.select_for_update(no_key=True).get(pk=run_id)
        before = _run_of(event)
        run = change(before)
        if run == before:
            return run
        counts = operations.counts(Kind(run.plan.kind), run.outcome)
        said = {**event.summary, **counts, "total": run.total, "problem": run.problem, "stoppedBy": run.stopped_by}
        changes = EventChanges(
            status=run.status,
            sender=SENDER,
            description=_description(run),
            summary=said,
            payload={**event.payload, "uncounted": run.uncounted, "reached": run.reached},
            progress=run.per_cent,
        )
        update(run_id, changes)
        if run.is_over and not before.is_over:
            audit.record("operation.run", _description(run), by=by, run=run_id.hex, **said)
        return run


def _description(run: Run) -> str:
    done = operations.told(run.plan.kind, run.affected)
    match run.status:
        case Status.FINISHED:
            return done
        case Status.ABORTED:
            return f"{done} of {run.total}, stopped by {run.stopped_by}"
        case Status.FAILED:
            return f"{done} of {run.total}: {run.problem}"
    return f"{done} of {run.total} so far"


def _run_of(event: Event) -> Run:
    said, kept = event.summary, event.payload
    return Run(
        id=event.pk,
        plan=Plan(**{each.name: kept[each.name] for each in fields(Plan)}),
        user=event.user,
        status=event.status,
        total=said["total"],
        skipped=said["skipped"],
        uncounted=kept["uncounted"],
        reached=kept["reached"],
        before=said["before"],
        blocked=said["blocked"],
        problem=said.get("problem", ""),
        stopped_by=said.get("stoppedBy", ""),
    )
