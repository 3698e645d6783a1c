"""The event list's way through the table: newest first, page by page, without ever counting."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from events import position
from events.admin import pages, render
from events.admin.facets import PARAMETERS, TopicFilter
from events.admin.topictree import Branch, recent_topics, tree_of
from events.models import Event
from events.queryset import EventQuerySet

BEFORE, AFTER = "before", "after"
"""The parameters that say which page; their values are numbers of the creation order."""
SINCE, IDS = "since", "ids"
"""What the live feed asks for: see ``events.admin.live``."""
NOT_OF_THE_VIEW = (SINCE, IDS)
MOST_DIGITS = 18


class EventChangeList(ChangeList):
    """A view of the event list; its address says all of it, so that it can be shared."""

    page: pages.Page
    position: int
    """The position up to which the page knows all changes; the live feed goes on from there."""
    address: str
    """The view as its address has it."""
    way_back: str
    """The parameter with which an event's page finds back to this view."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Do what the admin does, and call the page by its name."""
        super().__init__(request, *args, **kwargs)
        self.title = str(self.opts.verbose_name_plural).capitalize()

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the parameters of our filters. What else an address has is ignored: no lookups by address."""
        given = super().get_filters_params(params)
        return {name: values for name, values in given.items() if name in PARAMETERS and any(values)}

    def get_query_string(self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None) -> str:
        """Return an address; a view with other filters begins at its newest event."""
        return super().get_query_string(new_params, [*(remove or ()), BEFORE, AFTER])

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
        before, after = number_in(request, BEFORE), number_in(request, AFTER)
        if before is not None:
            self.page = pages.page_before(self.queryset, before, self.list_per_page)
        elif after is not None:
            self.page = pages.page_after(self.queryset, after, self.list_per_page)
        else:
            self.page = pages.first_page(self.queryset, self.list_per_page)
        return self.page.events

    def rows(self) -> list[render.Row]:
        """Return the events as they are shown."""
        return [render.row(event, self.url_of(event)) for event in self.result_list]

    def url_of(self, event: Event) -> str:
        """Return the address of an event, with its id as it is written everywhere else, and the way back."""
        url = reverse("admin:events_event_change", args=[event.id.hex], current_app=self.model_admin.admin_site.name)
        return f"{url}?{self.way_back}" if self.way_back else url

    def topics(self) -> list[Branch]:
        """Return the topics to choose from."""
        assert isinstance(self.root_queryset, EventQuerySet)  # noqa: S101 - for mypy: it is the manager's
        chosen = self.params.get(TopicFilter.name, "")
        return tree_of(
            recent_topics(self.root_queryset), chosen, lambda topic: self.get_query_string({TopicFilter.name: topic})
        )

    def is_narrowed(self) -> bool:
        """Tell whether anything but the page was asked for."""
        return bool(self.query) or self.has_active_filters

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
        return self.get_query_string(remove=[SEARCH_VAR, *PARAMETERS])


def number_in(request: HttpRequest, name: str) -> int | None:
    """Return a number of the stream's order from the address; None if there is none, or something else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
