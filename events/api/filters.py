"""The filters of ``GET /api/events``, all on indexed columns."""

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework as filters

from events.models import Event
from events.queryset import topics_condition
from events.status import Status
from events.validation import check_patterns, parse_id


class EventFilter(filters.FilterSet):
    """Narrow the list down; several filters must all hold, several values of one are alternatives."""

    topic = django_filters.CharFilter(method="on_topics", help_text="topics or patterns with *, comma-separated")
    status = django_filters.MultipleChoiceFilter(choices=Status.choices)
    depends_on = django_filters.CharFilter(method="depending_on", help_text="the id of an event")
    dependsOn = django_filters.CharFilter(field_name="depends_on", method="depending_on")  # noqa: N815 - the wire's
    created_after = django_filters.IsoDateTimeFilter("created_at", "gt")
    created_before = django_filters.IsoDateTimeFilter("created_at", "lt")

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
