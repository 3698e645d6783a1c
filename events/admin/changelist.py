"""The event list's way through the table: newest first, page by page, without ever counting."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from events import access, position
from events.admin import pages, render
from events.admin.facets import PARAMETERS, StatusFilter, TopicFilter
from events.admin.filters import EventFilter
from events.admin.offers import offered_in
from events.admin.plans import refusal_of
from events.admin.reader import reader_of
from events.admin.topictree import Branch, topics_in_use, tree_of
from events.models import Event
from events.operations import Kind
from events.queryset import EventQuerySet

BEFORE, AFTER = "before", "after"
"""The parameters that say which page; their values are numbers of the creation order."""
SINCE, IDS = "since", "ids"
"""What the live feed asks for: see ``events.admin.live``."""
NOT_OF_THE_VIEW = (SINCE, IDS)
KNOWN = frozenset({SEARCH_VAR, BEFORE, AFTER, *PARAMETERS})
"""The parameters that the address of a view may have: none of those that lists of the admin take besides."""
MOST_DIGITS = 18
LONGEST_SEARCH = 200
"""Characters of a search."""


class Chip(NamedTuple):
    """One thing that a view is narrowed down by."""

    name: str
    value: str
    url: str
    """The view without it."""
    is_refused: bool = False


class EventChangeList(ChangeList):
    """A view of the event list; its address says all of it, so that it can be shared."""

    known = KNOWN
    page: pages.Page
    position: int
    """The position up to which the page knows all changes; the live feed goes on from there."""
    address: str
    """The view as its address has it."""
    way_back: str
    """The parameter with which an event's page finds back to this view."""
    problems: list[str]
    """What is wrong with the address: ``name: expected …``. Then the view has no events, and is not operated on."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Do what the admin does, and call the page by its name."""
        self._reader = reader_of(request)
        self._parameters = dict(request.GET.lists())
        super().__init__(request, *args, **kwargs)
        self.title = str(self.opts.verbose_name_plural).capitalize()

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the parameters of our filters: no lookups by address."""
        given = super().get_filters_params(params)
        return {name: values for name, values in given.items() if name in PARAMETERS and any(values)}

    def get_query_string(self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Return an address; a view with other filters begins at its newest event."""
        return super().get_query_string(new_params, [*(remove or ()), BEFORE, AFTER])

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Return the events of the view; none if anything in the address is not understood."""
        events = super().get_queryset(request, exclude_parameters)
        refused = [each.error for each in self._given() if each.error]
        self.problems = [*self._problems_of_search(request), *refused, *self._problems_of_place(request)]
        names = ", ".join((SEARCH_VAR, *PARAMETERS))
        self.problems += [f"{name[:60]}: expected a filter of the list ({names})" for name in self._unknown()]
        return events.none() if self.problems else events

    def other_problems(self) -> list[str]:
        """Return what is wrong with the address where no field of the page tells it."""
        told = [each.error for each in self._given() if each.has_field()]
        return [problem for problem in self.problems if problem not in told]

    def _problems_of_search(self, request: HttpRequest) -> list[str]:
        given = [each for each in request.GET.getlist(SEARCH_VAR) if each.strip()]
        if len(given) > 1:
            return [f"{SEARCH_VAR}: expected one value, got {len(given)}"]
        if given and not self.query:
            return [f"{SEARCH_VAR}: expected a text without NUL characters"]
        if len(self.query) > LONGEST_SEARCH:
            return [f"{SEARCH_VAR}: expected at most {LONGEST_SEARCH} characters, got {len(self.query)}"]
        return []

    def _problems_of_place(self, request: HttpRequest) -> list[str]:
        """Say what is wrong with the place of the page; a wrong one would be taken for the newest."""
        given = [(name, value) for name in (BEFORE, AFTER) for value in self._parameters.get(name, []) if value]
        if len(given) > 1:
            return [f"{BEFORE}, {AFTER}: expected one value of one of them, got {len(given)}"]
        if given and number_in(request.GET, given[0][0]) is None:
            return [f"{given[0][0]}: expected a number of at most {MOST_DIGITS} digits"]
        return []

    def _given(self) -> list[EventFilter]:
        """Return the filters that have a value."""
        return [spec for spec in self.filter_specs if isinstance(spec, EventFilter) and spec.value]

    def _unknown(self) -> list[str]:
        """Return the parameters that nobody knows: a misspelt filter would leave the view wider than it was meant."""
        return [name for name in self._parameters if name not in self.known]

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Order by nothing else, whatever the address asks for: pages are made by this number."""
        return ["-creation_order"]

    def get_results(self, request: HttpRequest) -> None:
        """Fetch what is to be shown."""
        view = request.GET.copy()
        for name in NOT_OF_THE_VIEW:
            view.pop(name, None)
        self.address = view.urlencode()
        self.way_back = urlencode({"_changelist_filters": self.address}) if view else ""
        self.position = position.settled()  # before the events, so that no change falls between
        self.result_list = self.fetched(request)
        self.result_count = len(self.result_list)
        self.show_full_result_count = self.show_admin_actions = False
        self.full_result_count = None
        self.can_show_all = self.multi_page = False

    def fetched(self, request: HttpRequest) -> list[Event]:
        """Return the events of the page."""
        before, after = number_in(request.GET, BEFORE), number_in(request.GET, AFTER)
        if before is not None:
            self.page = pages.page_before(self.queryset, before, self.list_per_page)
        elif after is not None:
            self.page = pages.page_after(self.queryset, after, self.list_per_page)
        else:
            self.page = pages.first_page(self.queryset, self.list_per_page)
        return self.page.events

    def rows(self) -> list[render.Row]:
        """Return the events as they are shown."""
        by = self._reader
        return [
            render.row(event, self.url_of(event), is_operable=not refusal_of(event, by)) for event in self.result_list
        ]

    def url_of(self, event: Event) -> str:
        """Return the address of an event, with its id as it is written everywhere else, and the way back."""
        url = reverse("admin:events_event_change", args=[event.id.hex], current_app=self.model_admin.admin_site.name)
        return f"{url}?{self.way_back}" if self.way_back else url

    def topics(self) -> list[Branch]:
        """Return the topics to choose from."""
        assert isinstance(self.root_queryset, EventQuerySet)  # noqa: S101 - for mypy: it is the manager's
        chosen = self.params.get(TopicFilter.name, "")
        return tree_of(
            topics_in_use(self.root_queryset), chosen, lambda topic: self.get_query_string({TopicFilter.name: topic})
        )

    def is_narrowed(self) -> bool:
        """Tell whether anything is left out; an empty filter and the topic ``*`` leave nothing out."""
        narrowing = any(each.error or each.is_narrowing() for each in self._given())
        return bool(self.query.strip() or narrowing or self._unknown())

    def kinds(self) -> list[Kind]:
        """Return the kinds of operations that are for events in the states of the view."""
        return offered_in(
            [state for each in self._given() if isinstance(each, StatusFilter) for state in each.selected()]
        )

    def sees_no_project(self) -> bool:
        """Tell whether no project is open to the reader, so that hardly any event is."""
        return access.open_projects(self._reader) == frozenset()

    def chips(self) -> list[Chip]:
        """Return what the view is narrowed down by."""
        search = [Chip("Search", self.query, self._without(SEARCH_VAR))] if self.query.strip() else []
        filters = [
            Chip(str(each.title), each.told(), self._without(each.name), bool(each.error)) for each in self._given()
        ]
        unknown = [
            Chip(name, ", ".join(self._parameters[name]), self._without(name), is_refused=True)
            for name in self._unknown()
        ]
        return search + filters + unknown

    def _without(self, name: str) -> str:
        return self.get_query_string({name: None})  # ``remove`` would take all that begin like it: to and topic

    def newer_url(self) -> str | None:
        """Return the address of the page of newer events."""
        return None if self.page.newer is None else self.get_query_string({AFTER: self.page.newer})

    def older_url(self) -> str | None:
        """Return the address of the page of older events."""
        return None if self.page.older is None else self.get_query_string({BEFORE: self.page.older})

    def newest_url(self) -> str:
        """Return the address of the first page."""
        return self.get_query_string()

    def all_url(self) -> str:
        """Return the address without search and filters."""
        return self.get_query_string(remove=[SEARCH_VAR, *PARAMETERS, *self._unknown()])


def number_in(given: QueryDict, name: str) -> int | None:
    """Return a number of the stream's order from an address or a form; None if there is none, or something else."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
