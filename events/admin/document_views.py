"""Where summary and payload of an event are fetched from its page: whole, to be copied, or a part to be unfolded.

Secrets are masked here as they are on the page, whoever asks.
"""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_safe

from events.admin.documents import Document, Passage, document, number_in, part, passages_of, value_at, version_of
from events.models import Event
from events.redaction import masked

if TYPE_CHECKING:
    EventModelAdmin = ModelAdmin[Event]
else:
    EventModelAdmin = ModelAdmin

NAMES = ("summary", "payload")


def find(object_id: str, readable: QuerySet[Event]) -> Event | None:
    """Return the event with an id, which may be written with dashes, as the admin itself does."""
    try:
        return readable.filter(pk=UUID(object_id)).first()
    except ValueError:
        return None


def documents_of(event: Event) -> tuple[list[Document], list[Passage]]:
    """Return summary and payload as they are shown, and the texts of several lines in them."""
    documents, passages = [], []
    for name in NAMES:
        content, url = masked(getattr(event, name)), reverse("admin:events_event_document", args=[event.id.hex, name])
        texts = passages_of(name, content, url)
        documents.append(document(name.capitalize(), content, url, texts))
        passages += texts
    return documents, passages


class DocumentsMixin(EventModelAdmin):
    """Adds to the events' admin where their documents are."""

    def document_urls(self) -> list[URLPattern]:
        """Return where they are."""
        whole, unfolded = (self.admin_site.admin_view(require_safe(view)) for view in (self.whole_view, self.part_view))
        return [
            path("<str:object_id>/document/<str:name>/", whole, name="events_event_document"),
            path("<str:object_id>/document/<str:name>/part/", unfolded, name="events_event_part"),
        ]

    def whole_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Answer all of a document, or the value at the place ``at``, as JSON."""
        content = self._content(request, object_id, name)
        try:
            value = value_at(content, request.GET.get("at", ""))
        except LookupError as error:
            raise Http404 from error
        return HttpResponse(json.dumps(value, indent=2, ensure_ascii=False), content_type="application/json")

    def part_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Answer what is at the place ``at``, ``from`` a number on, as HTML; 409 if it is not of the ``version``."""
        content = self._content(request, object_id, name)
        if request.GET.get("version") != version_of(content):
            return HttpResponse("It has changed meanwhile.", status=HTTPStatus.CONFLICT)
        url = reverse("admin:events_event_document", args=[object_id, name])
        try:
            begin = number_in(request.GET.get("from", ""))
            texts = passages_of(name, content, url)
            return HttpResponse(part(content, request.GET.get("at", ""), begin, url, texts))
        except LookupError as error:
            raise Http404 from error

    def _content(self, request: HttpRequest, object_id: str, name: str) -> object:
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = find(object_id, self.get_queryset(request))
        if event is None or name not in NAMES:
            raise Http404
        return masked(getattr(event, name))
