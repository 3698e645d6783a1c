"""How far a consumer has got: the reason why a poll costs the same at none and at ten million events.

Every matching source up to a consumer's watermark has its job, so a poll looks only at what comes after.
The watermark moves forward when a poll has seen that it can, at most once a second and process, and never
beyond ``position.settled()``: a source that is still being committed is never passed.
"""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from events import filters, position
from events.models import Consumer, Event
from events.queryset import EventQuerySet

STEP = 20_000
"""How many positions one query looks through while it searches a long history."""
PATIENCE = 0.2
"""Seconds that one poll may search; the next one goes on from there."""
PAUSE = 1.0
"""Seconds between two moves of one watermark by one process."""
SLACK = timedelta(hours=1)
"""Sources are passed for their age this much later than they stop to be handed out, so that clocks may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Which events are sources of jobs, and for which target topic."""

    topics: tuple[str, ...]
    target_topic: str
    filter: Mapping[str, object] | None = None
    ignored_sender_types: tuple[str, ...] = ()
    max_age_days: int = 3
    """Days since the source last changed; 0: no limit."""

    def matching(self) -> EventQuerySet:
        """Return the sources of any age, with and without a job. A target topic never feeds on itself."""
        sources = Event.objects.on_topics(self.topics).finished().exclude(topic=self.target_topic)
        if self.ignored_sender_types:
            sources = sources.exclude(sender_type__in=self.ignored_sender_types)
        return sources.filter(filters.condition_for(self.filter)) if self.filter else sources

    def without_job(self, *, changed_since: datetime | None) -> EventQuerySet:
        """Return the sources that are still to be handed out, oldest change first."""
        sources = self.matching().without_job_on(self.target_topic)
        if changed_since is not None:
            sources = sources.filter(updated_at__gte=changed_since)
        return sources.order_by("position")

    def oldest(self) -> datetime | None:
        """Return the time of change from which on sources count; None: all of them do."""
        return timezone.now() - timedelta(days=self.max_age_days) if self.max_age_days else None


def consumer_for(sources: Sources) -> Consumer:
    """Return the consumer that keeps the watermark for these sources; a new one begins at the oldest."""
    facts = {
        "target_topic": sources.target_topic,
        "source_topics": sorted(set(sources.topics)),
        "filter": sources.filter,
        "ignored_sender_types": sorted(set(sources.ignored_sender_types)),
        "max_age_days": sources.max_age_days,
    }
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    consumer = Consumer.objects.filter(key=key).first()
    if consumer is None:
        consumer, _ = Consumer.objects.get_or_create(key=key, defaults=facts)
    oldest = sources.oldest()
    if oldest and consumer.settled_since and oldest < consumer.settled_since:
        # The clock was ahead when sources were passed for their age: look at them again.
        consumer.watermark, consumer.settled_since = 0, None
        consumer.save(update_fields=["watermark", "settled_since"])
    return consumer


def has_work(consumer: Consumer, sources: Sources) -> bool:
    """Tell whether a source waits after the watermark; on the way, move the watermark if it is time.

    False may also mean that a long history has not been searched to its end: ask again.
    """
    oldest = sources.oldest()
    passed = oldest - SLACK if oldest else None
    waiting = sources.without_job(changed_since=passed)
    if not _clock.is_time(consumer):
        first = _first(waiting.after(consumer.watermark))
    else:
        horizon = position.settled()  # before the search, which therefore sees everything up to it
        low, first = _search(waiting, consumer.watermark, horizon)
        reached = min(horizon, low if first is None else first[0] - 1)
        _advance(consumer, reached, passed)
        if reached >= horizon or first:
            _clock.moved(consumer)
    if first is None or oldest is None or first[1] >= oldest:
        return first is not None
    return sources.without_job(changed_since=oldest).after(consumer.watermark).exists()


def _search(waiting: EventQuerySet, low: int, horizon: int) -> tuple[int, tuple[int, datetime] | None]:
    """Look for the first source in steps; return how far it was searched, and what was found."""
    deadline = time.monotonic() + PATIENCE
    while low + STEP < horizon:
        if first := _first(waiting.after(low).filter(position__lte=low + STEP)):
            return low, first
        low += STEP
        if time.monotonic() > deadline:
            return low, None
    return horizon, _first(waiting.after(low))


def _first(waiting: EventQuerySet) -> tuple[int, datetime] | None:
    return waiting.values_list("position", "updated_at").first()


def _advance(consumer: Consumer, reached: int, passed: datetime | None) -> None:
    """Move the watermark forward, if that is forward."""
    if reached <= consumer.watermark:
        return
    since = max(filter(None, (consumer.settled_since, passed)), default=None)
    Consumer.objects.filter(pk=consumer.pk, watermark__lt=reached).update(watermark=reached, settled_since=since)
    consumer.watermark = reached


class _Clock:
    """When this process last moved each watermark."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moved: dict[int, float] = {}

    def is_time(self, consumer: Consumer) -> bool:
        with self._lock:
            return time.monotonic() - self._moved.get(consumer.pk, -PAUSE) >= PAUSE

    def moved(self, consumer: Consumer) -> None:
        with self._lock:
            self._moved[consumer.pk] = time.monotonic()


_clock = _Clock()
