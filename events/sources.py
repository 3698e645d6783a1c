"""Which events are sources of jobs: what an enroll request describes, as queries."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from events import access, filters
from events.models import Event
from events.policies import Limits
from events.queryset import EventQuerySet


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which events are sources of jobs, and for which target topic."""

    topics: tuple[str, ...]
    target_topic: str
    filter: Mapping[str, object] | None = None
    ignored_sender_types: tuple[str, ...] = ()
    max_age_days: int = 3
    """Days since the source last changed; 0: no limit."""
    limits: Limits | None = None
    """What the asking actor may reach, if that is not everything."""

    def matching(self) -> EventQuerySet:
        """Return the sources of any age, with and without a job. A target topic never feeds on itself."""
        sources = Event.objects.changed_on_topics(self.topics).finished().exclude(topic=self.target_topic)
        if self.ignored_sender_types:
            sources = sources.exclude(sender_type__in=self.ignored_sender_types)
        if self.limits:
            sources = sources.filter(access.enrollable(self.limits))
        return sources.filter(filters.condition_for(self.filter)) if self.filter else sources

    def without_job(self) -> EventQuerySet:
        """Return the sources that are still to be handed out, oldest change first."""
        return self.matching().without_job_on(self.target_topic).order_by("position")

    def jobs(self, **of_sources: object) -> EventQuerySet:
        """Return the jobs on the target topic whose source is one of these, and is as said besides."""
        source = self.matching().filter(pk=OuterRef("depends_on"), **of_sources).order_by().values("pk")[:1]
        return Event.objects.jobs_on(self.target_topic).alias(source=Subquery(source)).filter(source__isnull=False)

    def oldest(self) -> datetime | None:
        """Return the time of change from which on sources count; None: all of them do."""
        return timezone.now() - timedelta(days=self.max_age_days) if self.max_age_days else None

    def facts(self) -> dict[str, object]:
        """Return all that decides which events these are, the same in whatever order it was said."""
        return {
            "target_topic": self.target_topic,
            "source_topics": sorted(set(self.topics)),
            "filter": self.filter,
            "ignored_sender_types": sorted(set(self.ignored_sender_types)),
            "max_age_days": self.max_age_days,
        }

    def key(self) -> str:
        """Return the name of the consumer of these sources, 64 hexadecimal digits."""
        facts = self.facts() | ({"limits": asdict(self.limits)} if self.limits else {})
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
