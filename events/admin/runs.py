"""Operations that operators start in the viewer: previewed, counted, carried out step by step, and on record.

A run is an event on ``operation.run``: it says who does what to which events, is in progress while that lasts, and
tells at any time how many there were until then. The audit trail has a record of each batch, which names the run, and
one of all of it when it ends or is stopped. It goes on in steps of a few seconds, one request each, so that whoever
closes the browser can go on later, and nothing that has changed since the preview is touched. One page at a time
carries it on; another one takes over when nothing was heard of the run for a while.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from events import audit, operations
from events.actor import Actor
from events.admin import counting
from events.admin.counting import Expected
from events.admin.plans import RUN_TOPIC, Plan
from events.admin.run import Run, description, run_of
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
TURN = 0.11
"""Seconds between two batches on SQLite: who waits for its lock, as a stop does, looks every 0.1 seconds."""


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
        payload={**asdict(plan), "uncounted": expected.reached, "reached": None, "driver": ""},
        finished=False,
    )
    with transaction.atomic():
        run_id = dispatch(new)
        update(run_id, EventChanges(status=Status.IN_PROGRESS, sender=SENDER))
    return run_id


def find(run_id: UUID) -> Run:
    """Return a run; raise Event.DoesNotExist if there is none, or if the event is no record of one."""
    return run_of(Event.objects.get(pk=run_id, topic=RUN_TOPIC))


def is_run(event: Event) -> bool:
    """Tell whether an event is the record of a run."""
    return event.topic == RUN_TOPIC


def step(run: Run, visible: EventQuerySet, by: Actor) -> Run:
    """Carry a run on for a few seconds: count what is not counted yet, or operate. Return how it stands then.

    Whether it was stopped is asked after each batch.
    """
    if run.uncounted is not None:
        part = counting.count(run.plan, visible, by, below=run.uncounted, patience=STEP)
        return _note(run.id, by, lambda now: _with_counted(now, part) if now.uncounted == run.uncounted else now)
    deadline = time.monotonic() + STEP

    def end_when_due(_done: Outcome) -> None:
        if connection.vendor == "sqlite":
            time.sleep(TURN)
        if time.monotonic() > deadline or find(run.id).is_over:
            raise _StepEndsError

    tally = _Written(end_when_due, run_id=run.id, by=by)
    try:
        operation = run.plan.operation(visible, dry_run=False, reached=run.reached)
        operations.carry_out(replace(operation, run=run.id.hex), tally, by)
        status, problem = Status.FINISHED, ""
    except _StepEndsError:
        return find(run.id)
    except EventError as error:
        status, problem = Status.FAILED, str(error)
    return _note(run.id, by, lambda now: replace(now, status=status, problem=problem))


def take(run: Run, driver: str, by: Actor) -> Run:
    """Let a page carry the run on, unless another one does."""
    return _note(run.id, by, lambda now: replace(now, driver=driver) if now.is_halted else now)


def stop(run: Run, by: Actor) -> Run:
    """End a run with what was done until now; a batch that it is at comes to its end."""
    return _note(
        run.id, by, lambda now: now if now.is_over else replace(now, status=Status.ABORTED, stopped_by=by.name)
    )


def resume(run: Run, driver: str, by: Actor) -> Run:
    """Let a page carry a run on that was stopped."""

    def going(now: Run) -> Run:
        return replace(now, status=Status.IN_PROGRESS, stopped_by="", driver=driver) if now.is_stopped else now

    return _note(run.id, by, going)


def _with_counted(run: Run, part: Expected) -> Run:
    return replace(run, total=run.total + part.matching, skipped=run.skipped + part.skipped, uncounted=part.reached)


class _StepEndsError(Exception):
    pass


@dataclass(kw_only=True)
class _Written(Tally):
    """Writes each batch down as soon as it is done, so that who looks, or stops the run, knows of it."""

    run_id: UUID
    by: Actor

    def add(
        self, events: Collection[Event], *, before: Mapping[str, int], blocked: int = 0, reached: int | None = None
    ) -> None:
        """Count a batch of the run."""

        def with_batch(now: Run) -> Run:
            all_before = dict(Counter(now.before) + Counter(before))
            return replace(now, before=all_before, blocked=now.blocked + blocked, reached=reached)

        _note(self.run_id, self.by, with_batch)
        super().add(events, before=before, blocked=blocked, reached=reached)


def _note(run_id: UUID, by: Actor, change: Callable[[Run], Run]) -> Run:
    """Write down how a run stands after a change, of which there is one at a time; return it. Its end is on record."""
    with transaction.atomic():
        event = Event.objects.select_for_update(no_key=True).get(pk=run_id)
        before = run_of(event)
        run = change(before)
        if run == before:
            return run
        counts = operations.counts(Kind(run.plan.kind), run.outcome)
        said = {**event.summary, **counts, "total": run.total, "problem": run.problem, "stoppedBy": run.stopped_by}
        changes = EventChanges(
            status=run.status,
            sender=SENDER,
            description=description(run),
            summary=said,
            payload={**event.payload, "uncounted": run.uncounted, "reached": run.reached, "driver": run.driver},
            progress=run.per_cent,
        )
        update(run_id, changes)
        if run.is_over and not before.is_over:
            audit.record("operation.run", description(run), by=by, run=run_id.hex, **said)
        return replace(run, told_at=timezone.now())
