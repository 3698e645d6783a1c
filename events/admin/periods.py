"""The filters for when an event was created.

Lists are paged by the creation order, so a period is looked up as a stretch of it: the list then begins where the
period does, and need not be walked through to get there.
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from events.admin import render
from events.admin.filters import ChoiceFilter, EventFilter
from events.errors import InvalidField
from events.models import Event
from events.queryset import EventQuerySet

SLACK = 10_000
"""Numbers of the creation order by which an event may be out of the order of time: two dispatchers may draw
their numbers in another order than they look at the clock."""


class PeriodFilter(ChoiceFilter):
    """The last hours or days."""

    title = "Created"
    name = "last"
    options = {  # noqa: RUF012 - a constant
        "15m": "Last 15 minutes",
        "1h": "Last hour",
        "24h": "Last 24 hours",
        "7d": "Last 7 days",
    }
    lengths = {  # noqa: RUF012 - a constant
        "15m": timedelta(minutes=15),
        "1h": timedelta(hours=1),
        "24h": timedelta(days=1),
        "7d": timedelta(days=7),
    }

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep what was created in the period."""
        return created_since(events, timezone.now() - self.lengths[self.value])


class MomentFilter(EventFilter):
    """A moment in ISO 8601, in UTC if it has no offset; the field shows it in the reader's zone."""

    template = "admin/events/event/_moment_filter.html"
    place = "moment"

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep what was created before or after the moment."""
        moment = moment_in(self.value)
        if moment is None:
            raise InvalidField(self.name, "expected a date and a time, such as 2026-01-31T14:00")
        return self.bounded(events, moment)

    def told(self) -> str:
        """Return the moment as other times are shown; what is refused as it was given."""
        moment = None if self.error else moment_in(self.value)
        return render.long_time(moment) if moment else super().told()

    def bounded(self, events: EventQuerySet, moment: datetime) -> EventQuerySet:
        """Keep the events on one side of the moment."""
        raise NotImplementedError


class FromFilter(MomentFilter):
    """The beginning of a period."""

    title = "From"
    name = "from"

    def bounded(self, events: EventQuerySet, moment: datetime) -> EventQuerySet:
        """Keep what was created then or later."""
        return created_since(events, moment)


class ToFilter(MomentFilter):
    """The end of a period."""

    title = "To"
    name = "to"

    def bounded(self, events: EventQuerySet, moment: datetime) -> EventQuerySet:
        """Keep what was created then or before."""
        last = _order_of(Event.objects.filter(created_at__lte=moment).order_by("-created_at"))
        return (
            events.none() if last is None else events.filter(created_at__lte=moment, creation_order__lte=last + SLACK)
        )


def created_since(events: EventQuerySet, moment: datetime) -> EventQuerySet:
    """Keep what was created at the moment or later."""
    first = _order_of(Event.objects.filter(created_at__gte=moment).order_by("created_at"))
    return events.none() if first is None else events.filter(created_at__gte=moment, creation_order__gte=first - SLACK)


def _order_of(events: EventQuerySet) -> int | None:
    return events.values_list("creation_order", flat=True).first()


def moment_in(text: str) -> datetime | None:
    """Return the moment that a text tells, in UTC; None if it tells none."""
    try:
        moment = parse_datetime(text)
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
