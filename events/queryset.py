"""How events are asked for: each phrase reads as an adjective, and they compose."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower, Upper

from events import access, topics
from events.actor import Actor
from events.conditions import OneOf, begins_with
from events.search import mentions
from events.status import Status
from events.topic_conditions import opaque_topics_condition, topics_condition

if TYPE_CHECKING:
    from events.models import Event
else:
    Event = object

LOG_PREFIX = "log."


class EventQuerySet(QuerySet[Event]):
    """Events, narrowed down phrase by phrase."""

    def readable_by(self, actor: Actor) -> Self:
        """Keep what the actor may read one by one."""
        return self.filter(access.readable(actor))

    def listed_to(self, actor: Actor) -> Self:
        """Keep what belongs into the actor's lists."""
        return self.filter(access.listed(actor))

    def on_topics(self, patterns: Iterable[str]) -> Self:
        """Keep the events whose topic matches one of the patterns; none of them: keep nothing."""
        return self.filter(topics_condition(patterns))

    def changed_on_topics(self, patterns: Collection[str]) -> Self:
        """Keep the events on these topics; patterns are left for what the position finds.

        An index of topics would serve a pattern, too, but with all the history that matches it.
        """
        return self.filter(opaque_topics_condition(patterns))

    def without_logs(self) -> Self:
        """Leave out ``log.*``."""
        return self.exclude(begins_with("topic", LOG_PREFIX))

    def without_audit_trail(self) -> Self:
        """Leave out ``audit.*``."""
        return self.exclude(begins_with("topic", topics.AUDIT_PREFIX))

    def mentioning(self, text: str, *, hides_secrets: bool = False) -> Self:
        """Keep the events in whose topic, project, user or description each word of the text is, in any case.

        ``hides_secrets``: without the descriptions that may hold one.
        """
        return self.filter(mentions(text, hides_secrets=hides_secrets))

    def finished(self) -> Self:
        """Keep the events that can be sources."""
        return self.filter(status=Status.FINISHED)

    def jobs_on(self, target_topic: str) -> Self:
        """Keep the jobs of one target topic."""
        return self.filter(topic=target_topic, depends_on__isnull=False)

    def in_state(self, *states: Status) -> Self:
        """Keep the jobs in one of these states, found by the index of jobs in these states and by no other.

        An index of the statuses of all events would do for PostgreSQL as well if its statistics say that there
        are few in these states, which they still do when there are many. So it is not let know.
        """
        return self.filter(jobs_in(*states))

    def without_job_on(self, target_topic: str) -> Self:
        """Keep the sources that have no job on the target topic, looked up source by source.

        PostgreSQL turns NOT EXISTS into a join, for which it may read all jobs that there are.
        """
        jobs = self.model.objects.filter(depends_on=OuterRef("pk"), topic=target_topic)
        return self.alias(job=Subquery(jobs.order_by().values("pk")[:1])).filter(job__isnull=True)

    def with_children(self, has: bool, *, seen_by: Actor) -> Self:
        """Keep the events that others depend on, or those that none does, of those that the actor may read."""
        children = Exists(self.model.objects.readable_by(seen_by).filter(depends_on=OuterRef("pk")))
        return self.filter(children if has else ~children)

    def with_failed_children(self, *, seen_by: Actor) -> Self:
        """Keep the events on which a failed one depends that the actor may read."""
        children = self.model.objects.readable_by(seen_by).filter(depends_on=OuterRef("pk"), status=Status.FAILED)
        return self.filter(Exists(children))

    def children_of(self, ids: Iterable[UUID]) -> Self:
        """Keep the events that depend on one of these."""
        return self.filter(depends_on__in=list(ids))

    def after(self, position: int) -> Self:
        """Keep what changed after the position."""
        return self.filter(position__gt=position)

    def until(self, position: int) -> Self:
        """Keep what has not changed since the position."""
        return self.filter(position__lte=position)


def jobs_in(*states: Status) -> Q:
    """Return the condition that an event is a job in one of these states, as indexes and queries share it."""
    return Q(depends_on__isnull=False) & Q(OneOf(Lower("status"), [state.value for state in states]))


def told_of(*states: Status) -> Q:
    """Return the condition that an event is in one of these states, as indexes for the overview share it.

    By capitals: neither statistics of the states lead away from these indexes, nor do they lead enroll to them.
    """
    return Q(OneOf(Upper("status"), [state.value.upper() for state in states]))


def jobs_told_of(*states: Status) -> Q:
    """Return the condition that an event is a job in one of these states, as indexes for the overview share it."""
    return Q(depends_on__isnull=False) & told_of(*states)
