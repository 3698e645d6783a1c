"""What a filter of the event list is: one parameter of the list's address."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from events.errors import InvalidField
from events.queryset import EventQuerySet
from events.validation import UNSTORABLE


class EventFilter(admin.ListFilter):
    """One parameter of the list's address. A value that it does not know is an error, and such a view shows nothing."""

    name: str
    place = "finder"
    """Where the filter is shown: the row of fields above the list, the sidebar, or a place of its own."""
    error = ""
    """What is wrong with the value: ``name: expected …``."""

    def __init__(self, request: HttpRequest, params: dict[str, list[str]], *model_and_admin: Any) -> None:
        """Take the value from the address; empty: no filter. More than one is an error: nobody knows which is meant."""
        super().__init__(request, params, *model_and_admin)
        self.values = [each.strip() for each in params.pop(self.name, []) if each.strip()]
        self.value = self.values[-1] if self.values else ""

    def has_output(self) -> bool:
        """Show it always."""
        return True

    def has_field(self) -> bool:
        """Tell whether there is a field, which tells what is wrong with its value."""
        return self.place != "sidebar"

    def expected_parameters(self) -> list[str | None]:
        """Return the name of the parameter."""
        return [self.name]

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield nothing: there is only a value."""
        return iter(())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> EventQuerySet:
        """Keep the events that match; none if the value is refused."""
        assert isinstance(queryset, EventQuerySet)  # noqa: S101 - for mypy: it is the manager's
        if not self.value:
            return queryset
        try:
            self.check()
            return self.narrowed(queryset)
        except InvalidField as problem:
            self.error = f"{problem.field}: {problem}"
            return queryset.none()

    def check(self) -> None:
        """Raise InvalidField for what is no value of this filter."""
        if len(self.values) > 1:
            raise InvalidField(self.name, f"expected one value, got {len(self.values)}")
        if UNSTORABLE.search(self.value):
            raise InvalidField(self.name, "expected a text without NUL characters and lone surrogates")

    def narrowed(self, events: EventQuerySet) -> EventQuerySet:
        """Keep the events that match the value, which has been checked. Raise InvalidField as ``check`` does."""
        raise NotImplementedError

    def is_narrowing(self) -> bool:
        """Tell whether the value leaves anything out, whatever the events are; nobody asks this of a refused one."""
        return True

    def told(self) -> str:
        """Return the value in the words of the page."""
        return ", ".join(self.values)


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
    """Links, each of which turns something on or off."""

    template = "admin/events/event/_choice_filter.html"
    place = "sidebar"
    options: Mapping[str, str]
    has_icons = False

    def check(self) -> None:
        """Refuse what is no option."""
        super().check()
        unknown = [each for each in self.given() if each not in self.options]
        if unknown:
            raise InvalidField(self.name, f"expected {self.expected()}, got {unknown[0][:60] or 'nothing'}")

    def expected(self) -> str:
        """Say what the value may be."""
        return " or ".join(self.options)

    def choices(self, changelist: ChangeList) -> Iterator[Mapping[str, object]]:
        """Yield the links."""
        for option, display in self.options.items():
            yield {
                "option": option,
                "display": display,
                "selected": option in self.selected(),
                "query_string": changelist.get_query_string({self.name: self.toggled(option)}),
            }

    def given(self) -> list[str]:
        """Return what the address asks for, known or not."""
        return [self.value] if self.value else []

    def selected(self) -> list[str]:
        """Return the options that are on."""
        return [each for each in self.given() if each in self.options]

    def told(self) -> str:
        """Return what is on; what is refused as it was given."""
        return super().told() if self.error else ", ".join(self.options[each] for each in self.given())

    def toggled(self, option: str) -> str | None:
        """Return the value that turns an option on, or off if it is on."""
        return None if option in self.selected() else option
