"""Operations that operators start in the viewer: previewed, carried out step by step, and recorded.

A run is an event on ``operation.run``: it says who does what to which events, is in progress while that lasts, and
tells in the end how many there were; the audit trail has a record of what each of its steps has done. It is carried
out in steps of a few seconds, one request each, so that whoever closes the browser can go on later, and nothing that
has changed since the preview is touched.
"""

import time
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from events import validation
from events.actor import Actor
from events.errors import EventError, InvalidField
from events.models import Event
from events.operations import Kind, Operation, operate
from events.queryset import EventQuerySet
from events.status import Status
from events.stream import dispatch_event, update_event
from events.tally import Outcome

TOPIC = "operation.run"
SENDER = "viewer"
MOST = 2_000
"""Events that a preview counts; of more it says that there are more."""
STEP = 2.0
"""Seconds after which a step ends, with the batch that it is at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody wants to do, to which events."""

    kind: str
    ids: list[str]
    """The chosen events; none: everything in the view."""
    view: str
    """The view of the list, as its address has it."""
    bound: int
    """The newest position at the preview: what has changed since is left alone."""
    cascade: bool = False

    def operation(self, visible: EventQuerySet, *, dry_run: bool) -> Operation:
        """Return the operation on those of the visible events that are meant."""
        # A deletion sets sources free, which moves them; but nothing that is deleted can be found twice.
        bound = "creation_order" if self.kind == Kind.DELETE else "position"
        return Operation(
            kind=self.kind,
            ids=self.ids or None,
            view=self.view,
            within=visible.filter(**{f"{bound}__lte": self.bound}),
            cascade=self.cascade,
            dry_run=dry_run,
            most=MOST,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as its event tells it."""

    id: UUID
    plan: Plan
    user: str | None
    status: str
    total: int
    """Events that the preview has counted."""
    is_more: bool
    """There were more, and nobody knows how many."""
    affected: int
    skipped: int
    blocked: int
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.status != Status.IN_PROGRESS


def preview(plan: Plan, visible: EventQuerySet, by: Actor) -> Outcome:
    """Return what would happen. Raise InvalidField, Forbidden or EventHasChildren."""
    return operate(plan.operation(visible, dry_run=True), by)


def begin(plan: Plan, expected: Outcome, by: Actor) -> UUID:
    """Record that somebody begins, and return the id of the run."""
    total = expected.affected
    with transaction.atomic():
        run_id = dispatch_event(
            TOPIC,
            user=by.name,
            sender=SENDER,
            description=f"{_title(plan.kind)} of {'more than ' * expected.is_more}{total} event{'s' * (total != 1)}",
            summary={"kind": plan.kind, "view": plan.view, "chosen": len(plan.ids), "total": total, "affected": 0},
            payload={
                "ids": plan.ids,
                "bound": plan.bound,
                "cascade": plan.cascade,
                "skipped": expected.skipped,
                "isMore": expected.is_more,
            },
            finished=False,
        )
        update_event(run_id, status=Status.IN_PROGRESS)
    return UUID(run_id)


def find(run_id: UUID) -> Run:
    """Return a run; raise Event.DoesNotExist if there is none, or if the event is no record of one."""
    event = Event.objects.get(pk=run_id, topic=TOPIC)
    try:
        return _run_of(event)
    except KeyError as missing:
        raise Event.DoesNotExist from missing


def step(run: Run, visible: EventQuerySet, by: Actor) -> Run:
    """Carry a run on for a few seconds; return how it stands then."""
    clock = _Clock(time.monotonic() + STEP)
    try:
        operate(run.plan.operation(visible, dry_run=False), by, clock.watch)
        status, problem = Status.FINISHED, ""
    except _TimeUpError:
        status, problem = Status.IN_PROGRESS, ""
    except EventError as error:
        status, problem = Status.FAILED, str(error)
    return _note(run.id, clock.outcome, status, problem)


class _TimeUpError(Exception):
    pass


@dataclass(slots=True)
class _Clock:
    deadline: float
    outcome: Outcome = field(default=Outcome(affected=0, skipped=0, blocked=0, examples=()))

    def watch(self, outcome: Outcome) -> None:
        """End the step when its time is up."""
        self.outcome = outcome
        if time.monotonic() > self.deadline:
            raise _TimeUpError


def _note(run_id: UUID, done: Outcome, status: Status, problem: str) -> Run:
    """Add what a step has done to the record."""
    with transaction.atomic():
        event = Event.objects.select_for_update(no_key=True).get(pk=run_id)
        before = _run_of(event)
        affected = before.affected + done.affected
        summary = {**event.summary, "affected": affected, "blocked": done.blocked}
        if problem:
            summary["problem"] = problem
        is_over = status != Status.IN_PROGRESS
        done_to = f"{_title(before.plan.kind)} of {affected} event{'s' * (affected != 1)}"
        update_event(
            run_id,
            status=status,
            sender=SENDER,
            summary=summary,
            description=f"{done_to}: {problem}" if problem else done_to if is_over else event.description,
            progress=100.0 if is_over else _progress(before, affected),
        )
        return find(run_id)


def _progress(run: Run, affected: int) -> float | None:
    """Return the per cent that are done; None if nobody knows of how many."""
    return None if run.is_more else min(99.0, 100 * affected / max(run.total, 1))


def _run_of(event: Event) -> Run:
    said, kept = event.summary, event.payload
    plan = Plan(kind=said["kind"], ids=kept["ids"], view=said["view"], bound=kept["bound"], cascade=kept["cascade"])
    return Run(
        id=event.pk,
        plan=plan,
        user=event.user,
        status=event.status,
        total=said["total"],
        is_more=kept["isMore"],
        affected=said["affected"],
        skipped=kept["skipped"],
        blocked=said.get("blocked", 0),
        problem=said.get("problem", ""),
    )


def plan_from(kind: str, ids: list[str], view: str, bound: str, *, cascade: bool) -> Plan:
    """Return the plan that a form sends. Raise InvalidField for what no form of ours would send."""
    if kind not in list(Kind):
        raise InvalidField("kind", f"expected one of {', '.join(Kind)}")
    if bound and not (bound.isascii() and bound.isdigit() and len(bound) < len(str(2**63))):
        raise InvalidField("bound", "expected a position")
    newest = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return Plan(
        kind=kind,
        ids=[validation.parse_id(f"ids[{at}]", each).hex for at, each in enumerate(ids)],
        view=view,
        bound=int(bound) if bound else newest,
        cascade=cascade,
    )


def _title(kind: str) -> str:
    return {Kind.DELETE: "Deletion", Kind.RESTART: "Restart", Kind.ABORT: "Abort"}[Kind(kind)]
