"""The filters of the event list. None of them asks the table which values there are."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from events import topics
from events.queryset import EventQuerySet, topics_condition
from events.status import Status
from events.validation import UNSTORABLE


class EventFilter(admin.ListFilter):
    """One parameter of the list's address."""

    name: str
    is_text = False

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], *model_and_admin: Any) -> None:
        """Take the value from the address; empty: no filter."""
        super().__init__(request, params, *model_and_admin)
        self.value = params.pop(self.name, [""])[-1].strip()

    def has_output(self) -> bool:
        """Show it always."""
        return True

    def expected_parameters(self) -> list[str | None]:
        """Return the name of the parameter."""
        return [self.name]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> EventQuerySet:
        """Keep the events that match."""
        assert isinstance(queryset, EventQuerySet)  # noqa: S101 - for mypy: it is the manager's
        if not self.value:
            return queryset
        return queryset.none() if UNSTORABLE.search(self.value) else self.narrowed(queryset)

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events that match the value, which is a text that can be stored."""
        raise NotImplementedError


class TextFilter(EventFilter):
    """A field to type in. It suggests what is on the page: that costs nothing, and gives nothing away."""

    template = "admin/events/event/_text_filter.html"
    is_text = True
    placeholder = "any"

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events that have exactly this value."""
        return events.filter(**{self.name: self.value})

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield the suggestions."""
        on_page = {getattr(event, self.name) for event in changelist.result_list} - {None, ""}
        for value in self.suggestions(sorted(on_page)):
            yield {"value": value}

    def suggestions(self, on_page: list[str]) -> Iterable[str]:
        """Return what to suggest, given the values on the page."""
        return on_page


class TopicFilter(TextFilter):
    """One topic, or a group such as ``entity.*``."""

    title = "Topic"
    name = "topic"
    placeholder = "entity.*"

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the topics that match; what can be no topic matches none."""
        return events.filter(topics_condition([self.value])) if topics.is_pattern(self.value) else events.none()

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


class ChoiceFilter(EventFilter):
    """A row of links, each of which turns something on or off; an unknown value is no filter."""

    template = "admin/events/event/_choice_filter.html"
    options: Mapping[str, str]
    has_icons = False

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield the links."""
        for option, display in self.options.items():
            yield {
                "option": option,
                "display": display,
                "selected": option in self.selected(),
                "query_string": changelist.get_query_string({self.name: self.toggled(option)}),
            }

    def selected(self) -> list[str]:
        """Return the options that are on."""
        return [self.value] if self.value in self.options else []

    def toggled(self, option: str) -> str | None:
        """Return the value that turns an option on, or off if it is on."""
        return None if option in self.selected() else option


class StatusFilter(ChoiceFilter):
    """Any number of states."""

    title = "Status"
    name = "status"
    options = {each.value: each.label.capitalize() for each in Status}  # noqa: RUF012 - a constant
    has_icons = True

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the states that are on."""
        states = self.selected()
        if not states:
            return events
        events = events.filter(status__in=states)
        # SQLite uses the index of the states other than finished only if it is told what the index says.
        return events if Status.FINISHED in states else events.exclude(status=Status.FINISHED)

    def selected(self) -> list[str]:
        """Return the states, which are separated by commas."""
        return [each for each in self.value.split(",") if each in self.options]

    def toggled(self, option: str) -> str | None:
        """Add a state to the others or take it away."""
        return ",".join(each for each in self.options if (each in self.selected()) != (each == option)) or None


class RelationFilter(ChoiceFilter):
    """What an event depends on, or what depends on it."""

    title = "Relations"
    name = "relation"
    options = {"job": "Jobs", "source": "With targets", "childless": "Without targets"}  # noqa: RUF012 - a constant

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events in this relation."""
        match self.value:
            case "job":
                return events.filter(depends_on__isnull=False)
            case "source":
                return events.with_children(True)
            case "childless":
                return events.with_children(False)
        return events


class LogFilter(ChoiceFilter):
    """Logs are shown unless they are hidden, as in AYON."""

    title = "Logs"
    name = "logs"
    options = {"hidden": "Hide logs"}  # noqa: RUF012 - a constant

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Leave out the logs."""
        return events.without_logs() if self.selected() else events


FILTERS = (TopicFilter, ProjectFilter, UserFilter, StatusFilter, RelationFilter, LogFilter)
PARAMETERS = tuple(each.name for each in FILTERS)
