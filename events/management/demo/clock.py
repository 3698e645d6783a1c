"""The clock of the story: what was played in seconds is dated back, so that it has happened over some days.

The server dates events itself, and no door takes another date. So this writes to the database, as a benchmark's history
does, where the command has the one of the server; a server elsewhere keeps what it has noted.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import DatabaseError, transaction

from events import topics
from events.models import Attempt, Event

DAY, WORKED = timedelta(days=1), timedelta(hours=9)
SLOWER = 600
"""How many times longer all that was done to an event has taken."""
AT_ONCE = 500
EVENT_TIMES = ("updated_at", "started_at", "ended_at")
ATTEMPT_TIMES = ("started_at", "ended_at", "left_at")


def newest() -> int | None:
    """Return the place of the newest event in the creation order; None if there is no database to be asked."""
    try:
        return Event.objects.order_by("-creation_order").values_list("creation_order", flat=True).first() or 0
    except DatabaseError:
        return None


def date_back(marks: Sequence[int], now: datetime) -> None:
    """Date the events of each day back: those between two marks, the newest events before and after the day.

    The last day ends now, each other one a day before the next. The order of creation stays the order of time.
    Records of the audit trail cannot be changed, and keep their time.
    """
    with transaction.atomic():
        for days_ago, (first, last) in zip(range(len(marks) - 2, -1, -1), pairwise(marks), strict=True):
            _date(first, last, now - days_ago * DAY, now)


def _date(first: int, last: int, end: datetime, now: datetime) -> None:
    fields = ("pk", "created_at", *EVENT_TIMES)
    played = Event.objects.filter(creation_order__gt=first, creation_order__lte=last)
    events = list(played.exclude(topic__startswith=topics.AUDIT_PREFIX).only(*fields))
    events.sort(key=lambda event: event.created_at)
    attempts = list(Attempt.objects.filter(event__in=[event.pk for event in events]))
    begins = {}
    for event, moment in zip(events, _moments(len(events), end), strict=True):
        begins[event.pk] = (event.created_at, moment)
        _move(event, EVENT_TIMES, *begins[event.pk], now)
        event.created_at = moment
    for attempt in attempts:
        _move(attempt, ATTEMPT_TIMES, *begins[attempt.event_id], now)
    Event.objects.bulk_update(events, ["created_at", *EVENT_TIMES], AT_ONCE)
    Attempt.objects.bulk_update(attempts, ATTEMPT_TIMES, AT_ONCE)


def _moments(count: int, end: datetime) -> Iterator[datetime]:
    """Yield moments of a day's work, the earliest first; the same number gives the same moments."""
    chance = random.Random(count)  # noqa: S311 - a story, no secret
    for part in sorted(chance.random() for _ in range(count)):
        yield end - WORKED * (1 - part)


def _move(row: Event | Attempt, names: Sequence[str], old: datetime, new: datetime, now: datetime) -> None:
    """Move what has happened to a row along with its beginning, and draw it out, but not beyond now."""
    for name in names:
        moment = getattr(row, name)
        if moment is not None:
            setattr(row, name, min(now, new + (moment - old) * SLOWER))
