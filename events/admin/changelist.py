"""The event list's way through the table: newest first, page by page, without ever counting."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from events.admin import pages
from events.admin.filters import PARAMETERS
from events.models import Event

BEFORE, AFTER = "before", "after"
"""The parameters that say which page; their values are numbers of the creation order."""
MOST_DIGITS = 18


class EventChangeList(ChangeList):
    """A view of the event list; its address says all of it, so that it can be shared."""

    page: pages.Page

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
        """Fetch one page."""
        before, after = _number(request, BEFORE), _number(request, AFTER)
        if before is not None:
            self.page = pages.page_before(self.queryset, before, self.list_per_page)
        elif after is not None:
            self.page = pages.page_after(self.queryset, after, self.list_per_page)
        else:
            self.page = pages.first_page(self.queryset, self.list_per_page)
        self.result_list = self.page.events
        self.result_count = len(self.page.events)
        self.show_full_result_count = self.show_admin_actions = False
        self.full_result_count = None
        self.can_show_all = self.multi_page = False

    def url_for_result(self, result: Model) -> str:
        """Return the address of an event, with its id as it is written everywhere else."""
        assert isinstance(result, Event)  # noqa: S101 - for mypy
        return reverse("admin:events_event_change", args=[result.id.hex], current_app=self.model_admin.admin_site.name)

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


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number of the creation order from the address; None if there is none, or something else."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
