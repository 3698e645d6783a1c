"""The filters that the event list has. None of them asks the table which values there are."""

import json
from collections.abc import Iterable

from django.db.models import Q

from events import topics
from events.admin.filters import ChoiceFilter, EventFilter, TextFilter
from events.admin.periods import FromFilter, PeriodFilter, ToFilter
from events.admin.reader import reader_of
from events.errors import InvalidField
from events.filters import condition_for
from events.queryset import EventQuerySet
from events.status import Status
from events.topic_conditions import topics_condition


class TopicFilter(TextFilter):
    """One topic, or a pattern such as ``entity.*``."""

    title = "Topic"
    name = "topic"
    placeholder = "entity.*"

    def check(self) -> None:
        """Refuse what can be no topic."""
        super().check()
        if not topics.is_pattern(self.value):
            raise InvalidField(
                self.name, f"expected a topic, or a pattern with at most {topics.WILDCARDS_MAX} *, such as entity.*"
            )

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the topics that match."""
        return events.filter(topics_condition([self.value]))

    def is_narrowing(self) -> bool:
        """Tell whether it is more than wildcards."""
        return bool(self.value.strip("*"))

    def suggestions(self, on_page: list[str]) -> Iterable[str]:
        """Suggest the groups before the topics."""
        groups = {f"{topic.partition('.')[0]}.*" for topic in on_page if "." in topic}
        return [*sorted(groups), *on_page]


class ProjectFilter(TextFilter):
    """One project."""

    title = "Project"
    name = "project"


class UserFilter(TextFilter):
    """One user or service."""

    title = "User"
    name = "user"


class SenderFilter(TextFilter):
    """One process: who dispatched the event, or changed it last."""

    title = "Sender"
    name = "sender"


class StatusFilter(ChoiceFilter):
    """Any number of states."""

    title = "Status"
    name = "status"
    options = {each.value: each.label.capitalize() for each in Status}  # noqa: RUF012 - a constant
    has_icons = True

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the states that are on."""
        states = self.selected()
        events = events.filter(status__in=states)
        # SQLite uses the index of the states other than finished only if it is told what the index says.
        return events if Status.FINISHED in states else events.exclude(status=Status.FINISHED)

    def is_narrowing(self) -> bool:
        """Tell whether any state is off."""
        return len(self.selected()) < len(self.options)

    def expected(self) -> str:
        """Name the states."""
        return f"states separated by commas ({', '.join(self.options)})"

    def given(self) -> list[str]:
        """Return the states, which are separated by commas."""
        return self.value.split(",") if self.value else []

    def toggled(self, option: str) -> str | None:
        """Add a state to the others or take it away."""
        return ",".join(each for each in self.options if (each in self.selected()) != (each == option)) or None


class RelationFilter(ChoiceFilter):
    """What an event depends on, or what depends on it."""

    title = "Relations"
    name = "relation"
    options = {  # noqa: RUF012 - a constant
        "job": "Jobs",
        "failing": "With failed jobs",
        "source": "With targets",
        "childless": "Without targets",
    }

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events in this relation."""
        if self.value == "job":
            return events.filter(depends_on__isnull=False)
        reader = reader_of(self.request)
        if self.value == "failing":
            return events.with_failed_children(seen_by=reader)
        return events.with_children(self.value == "source", seen_by=reader)


class LogFilter(ChoiceFilter):
    """Logs are shown unless they are hidden, as in AYON."""

    title = "Logs"
    name = "logs"
    options = {"hidden": "Hide logs"}  # noqa: RUF012 - a constant

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Leave out the logs."""
        return events.without_logs()


class AuditFilter(ChoiceFilter):
    """Records of the audit trail are shown unless they are hidden: an operation on many events leaves many of them."""

    title = "Audit trail"
    name = "audit"
    options = {"hidden": "Hide audit trail"}  # noqa: RUF012 - a constant

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Leave out the records."""
        return events.without_audit_trail()

    def is_narrowing(self) -> bool:
        """Tell that nothing is left out that could be operated on: without the records it is still everything."""
        return False


class LanguageFilter(EventFilter):
    """A filter in the language of ``/api/query``: JSON, compiled by ``events.filters``."""

    title = "Filter"
    name = "filter"
    template = "admin/events/event/_language_filter.html"
    place = "language"
    example = '{"conditions": [{"key": "payload/newValue", "value": "Approved"}]}'

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events that satisfy the filter."""
        return events.filter(self._condition())

    def is_narrowing(self) -> bool:
        """Tell whether there are any conditions in it."""
        return bool(self._condition())

    def _condition(self) -> Q:
        return condition_for(_object(self.value), hides_secrets=not reader_of(self.request).sees_secrets)


def _object(text: str) -> dict[str, object]:
    """Read a JSON object; raise InvalidField that says where it cannot be read."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as problem:
        raise InvalidField("filter", f"expected JSON; line {problem.lineno}, column {problem.colno}") from problem
    except (ValueError, RecursionError) as problem:
        raise InvalidField("filter", "expected JSON that is less deep, and numbers that are shorter") from problem
    if not isinstance(tree, dict):
        raise InvalidField("filter", "expected an object with conditions")
    return tree


FILTERS = (
    TopicFilter,
    ProjectFilter,
    UserFilter,
    SenderFilter,
    StatusFilter,
    PeriodFilter,
    RelationFilter,
    LogFilter,
    AuditFilter,
    FromFilter,
    ToFilter,
    LanguageFilter,
)
PARAMETERS = tuple(each.name for each in FILTERS)
