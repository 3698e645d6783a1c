"""What a filter of the event list is: one parameter of the list's address."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from events.queryset import EventQuerySet
from events.validation import UNSTORABLE


class EventFilter(admin.ListFilter):
    """One parameter of the list's address."""

    name: str
    place = "finder"
    """Where the filter is shown: the row of fields above the list, the sidebar, or a place of its own."""

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

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield nothing: there is only a value."""
        return iter(())

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


class ChoiceFilter(EventFilter):
    """Links, each of which turns something on or off; an unknown value is no filter."""

    template = "admin/events/event/_choice_filter.html"
    place = "sidebar"
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
