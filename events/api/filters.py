"""The filters of ``GET /api/events``, all on indexed columns."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.utils import OpenApiParameter

from events.models import Event
from events.status import Status
from events.topic_conditions import topics_condition
from events.validation import check_patterns, parse_id


class MomentField(IsoDateTimeField):
    """A time in ISO 8601; in the time zone of the server if it has no offset."""

    def to_python(self, value: object) -> datetime | None:
        """Return the time in UTC; an offset may lead out of the years that there are."""
        moment = super().to_python(value)
        try:
            return None if moment is None else moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["invalid"], "invalid") from error


class MomentFilter(django_filters.IsoDateTimeFilter):
    """Compares with a time."""

    field_class = MomentField


LIST_PARAMETERS = (
    OpenApiParameter("topic", str, description="topics or patterns with *, comma-separated"),
    OpenApiParameter("status", str, enum=Status.values, many=True),
    OpenApiParameter("project", str),
    OpenApiParameter("user", str),
    OpenApiParameter("hash", str),
    OpenApiParameter("dependsOn", str, description="the id of an event; also depends_on"),
    OpenApiParameter("createdAfter", str, description="a time in ISO 8601; also created_after"),
    OpenApiParameter("createdBefore", str, description="a time in ISO 8601; also created_before"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "default": 100}, description="at most 1000 are given"),
    OpenApiParameter("cursor", str, description="from the next or previous of a page"),
)


class EventFilter(filters.FilterSet):
    """Narrow the list down; several filters must all hold, several values of one are alternatives."""

    topic = django_filters.CharFilter(method="on_topics", help_text="topics or patterns with *, comma-separated")
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    depends_on = django_filters.CharFilter(method="depending_on", help_text="the id of an event")
    dependsOn = django_filters.CharFilter(field_name="depends_on", method="depending_on")  # noqa: N815 - the wire's
    created_after = MomentFilter("created_at", "gt")
    createdAfter = MomentFilter("created_at", "gt")  # noqa: N815 - the wire's
    created_before = MomentFilter("created_at", "lt")
    createdBefore = MomentFilter("created_at", "lt")  # noqa: N815 - the wire's

    class Meta:
        model = Event
        fields: ClassVar = ["project", "user", "hash"]

    def on_topics(self, events: QuerySet[Event], _name: str, value: str) -> QuerySet[Event]:
        """Keep the topics that match."""
        patterns = [each.strip() for each in value.split(",")]
        check_patterns("topic", patterns)
        return events.filter(topics_condition(patterns))

    def depending_on(self, events: QuerySet[Event], _name: str, value: Any) -> QuerySet[Event]:
        """Keep the children of an event."""
        return events.filter(depends_on=parse_id("dependsOn", value))
