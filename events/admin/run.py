"""A run, which is an operation that somebody has started in the viewer, as its record tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from events import operations
from events.admin.plans import Plan
from events.models import Event
from events.status import Status
from events.tally import Outcome

HALTED_AFTER = timedelta(seconds=10)
"""A run of which nothing was heard for so long is carried on by nobody: a batch, or counting, takes a second or two."""


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
    driver: str
    """The page that carries it on, as that names itself; empty: none has yet."""
    told_at: datetime
    """When it was heard of last."""
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
    def is_halted(self) -> bool:
        """Tell whether it is not over, and nobody carries it on."""
        return not self.is_over and (not self.driver or timezone.now() - self.told_at > HALTED_AFTER)

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


def description(run: Run) -> str:
    """Return in words how far a run is."""
    done = operations.told(run.plan.kind, run.affected)
    match run.status:
        case Status.FINISHED:
            return done
        case Status.ABORTED:
            return f"{done} of {run.total}, stopped by {run.stopped_by}"
        case Status.FAILED:
            return f"{done} of {run.total}: {run.problem}"
    return f"{done} of {run.total} so far"


def run_of(event: Event) -> Run:
    """Return the run that an event is the record of."""
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
        driver=kept.get("driver", ""),
        told_at=event.updated_at,
        problem=said.get("problem", ""),
        stopped_by=said.get("stoppedBy", ""),
    )
