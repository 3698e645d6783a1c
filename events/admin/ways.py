"""Where the pages of operations lead back to: the list or the event that one came from."""

from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

LIST, EVENT = "events_event_changelist", "events_event_change"


def way_back(given: str, view: str) -> str:
    """Return the address that a form came from, if it is of one of these pages; else that of a view of the list."""
    return given if _page_at(given) else f"{reverse('admin:events_event_changelist')}?{view}".rstrip("?")


def way_to_list(back: str) -> str:
    """Return the same address, or that of the list from which one came to an event that is deleted."""
    if _page_at(back) != EVENT:
        return back
    return way_back("", QueryDict(urlsplit(back).query).get("_changelist_filters", ""))


def _page_at(address: str) -> str:
    """Return which of the pages is at an address of this server; empty if none is."""
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return ""
    try:
        name = resolve(urlsplit(address).path).url_name
    except Resolver404:
        return ""
    return name if name in (LIST, EVENT) else ""
