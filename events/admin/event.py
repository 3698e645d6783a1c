"""The list of events and the page of one event."""

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from events.admin import live, render, runs
from events.admin.changelist import KNOWN, LONGEST_SEARCH, EventChangeList
from events.admin.document_views import DocumentsMixin, documents_of, find
from events.admin.documents import version_of
from events.admin.facets import FILTERS
from events.admin.family import family_of
from events.admin.offers import offered
from events.admin.operating import OperatingMixin, WholeView
from events.admin.plans import refusal_of
from events.admin.reader import reader_of
from events.admin.story import state_of, story_of
from events.models import Event
from events.operations import Kind
from events.queryset import EventQuerySet
from events.search import SEARCHED, mentions

KINDS = (Kind.RESTART, Kind.ABORT, Kind.DELETE)


@admin.register(Event)
class EventAdmin(DocumentsMixin, OperatingMixin):
    """Reads events, as far as the access rules let the user; nobody writes them here."""

    list_filter = FILTERS
    list_per_page = 50
    search_fields = SEARCHED
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_view_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Ask for the permission to view; which events that opens is decided by the access rules."""
        return request.user.has_perm("events.view_event")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: events are dispatched."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Refuse: events are updated by those who work on them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        """Refuse: the admin would delete without a word to consumers."""
        return False

    @property
    def media(self) -> forms.Media:
        """Load none of the admin's scripts: there is nothing to fill in."""
        return forms.Media()

    def get_queryset(self, request: HttpRequest) -> EventQuerySet:
        """Return what the user may read."""
        return Event.objects.readable_by(reader_of(request))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[EventChangeList]:
        """Return the list that is paged by keys, what has changed in it, or all of it."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        others = {
            "events_event_live": live.ChangedEvents,
            "events_event_change": WholeView,
            "events_event_operate": WholeView,
            "events_event_preview": WholeView,
            "events_event_operation": WholeView,
        }
        return others.get(name or "", EventChangeList)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """Keep the events that contain all the words."""
        return queryset.filter(mentions(search_term, hides_secrets=not reader_of(request).sees_secrets)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the list; 400 for an address that is not understood.

        What a form leaves empty is taken out of the address, which people share.
        """
        given = request.GET.copy()
        for name in [name for name, values in request.GET.lists() if name in KNOWN and not any(values)]:
            del given[name]
        if len(given) < len(request.GET):
            return HttpResponseRedirect(f"{request.path}?{given.urlencode()}")
        answer = super().changelist_view(request, {**self._extras(request), **(extra_context or {})})
        if isinstance(answer, TemplateResponse) and (answer.context_data or {})["cl"].problems:
            answer.status_code = HTTPStatus.BAD_REQUEST
        return answer

    def _extras(self, request: HttpRequest) -> dict[str, object]:
        return {"longest_search": LONGEST_SEARCH, "may_operate": self.has_operate_permission(request), "kinds": KINDS}

    def get_urls(self) -> list[URLPattern]:
        """Add what open pages ask for."""
        live_url = path("live/", self.admin_site.admin_view(self.live_view), name="events_event_live")
        return [live_url, *self.document_urls(), *self.operating_urls(), *super().get_urls()]

    def live_view(self, request: HttpRequest) -> HttpResponse:
        """Answer what has changed in a view of the list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        changes = cast("live.ChangedEvents", self.get_changelist_instance(request))
        return live.answer(changes, may_operate=self.has_operate_permission(request))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one event; 404 if there is none, or none that the user may read."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        readable, by = self.get_queryset(request), reader_of(request)
        event = find(object_id, readable)
        back = f"{reverse('admin:events_event_changelist')}?{request.GET.get('_changelist_filters', '')}"
        context = {**self.admin_site.each_context(request), "opts": self.opts, "back": back.rstrip("?")}
        if request.method not in ("GET", "HEAD"):
            context["title"], page = "Nothing has changed", "admin/events/event/unchanged.html"
            headers = {"Allow": "GET, HEAD"}
            return TemplateResponse(request, page, context, status=HTTPStatus.METHOD_NOT_ALLOWED, headers=headers)
        if event is None:
            context["title"] = "No such event"
            return TemplateResponse(request, "admin/events/event/missing.html", context, status=HTTPStatus.NOT_FOUND)
        operable = {
            "refusal": refusal_of(event, by),
            "offered": offered(event, by),
            "chips": self.filters_of(request, event),
        }
        return TemplateResponse(
            request,
            "admin/events/event/change_form.html",
            context | _about(event, readable) | self._extras(request) | operable,
        )


def _about(event: Event, readable: EventQuerySet) -> dict[str, object]:
    """Return what the page of an event tells."""
    family = family_of(event, readable)
    documents, passages = documents_of(event)
    return {
        "title": event.topic,
        "event": event,
        "is_run": runs.is_run(event),
        "created": render.long_time(event.created_at),
        "updated": render.long_time(event.updated_at),
        "family": family,
        "story": story_of(event, family.source),
        "state": state_of(event),
        "progress": render.progress_of(event),
        "passages": passages,
        "passages_version": version_of([[each.path, each.text] for each in passages]),
        "documents": documents,
    }
