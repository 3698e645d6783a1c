"""The REST endpoints of events: read the request, call one verb, shape the answer."""

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from events import access, message, refusals
from events.api import answers, serializers
from events.api.authentication import actor_behind
from events.api.describing import EVENT_ID, SENDER, documented
from events.api.filters import LIST_PARAMETERS, EventFilter
from events.api.headers import sender_of
from events.api.pagination import EventPages
from events.api.parameters import flag_in
from events.delete import delete
from events.dispatch import dispatch, dispatch_once
from events.errors import EventMissing, Forbidden
from events.models import Event
from events.reading import event_by_id
from events.update import update
from events.validation import parse_id


class EventViewSet(ViewSet):
    """``/api/events`` and ``/api/events/{id}``."""

    filterset_class = EventFilter

    @documented(
        "dispatchEvent",
        who="managers, admins and services",
        body=serializers.DispatchBodySerializer,
        answer={200: answers.Dispatched},
        refusals=[403, 409, 429],
        parameters=SENDER,
    )
    def create(self, request: Request) -> Response:
        """Dispatch an event: 200 with its ``id``; 409 if its hash exists, with the ``id`` of that event.

        With ``"onConflict": "return"`` a hash that exists is no error: 200 with the ``id`` of that event and
        ``created``, which is false then.
        """
        new = serializers.DISPATCH.command(request.data, **sender_of(request))
        if serializers.ON_CONFLICT.wants_existing(request.data):
            done = dispatch_once(new, actor_behind(request))
            return Response({"id": done.id.hex, "created": done.created})
        return Response({"id": dispatch(new, actor_behind(request)).hex})

    @documented(
        "getEvent",
        who="whoever may see the project of the event, guests excepted",
        answer={200: answers.WholeEvent},
        refusals=[403],
        parameters=[EVENT_ID],
    )
    def retrieve(self, request: Request, event_id: str) -> Response:
        """Return one whole event, its payload included."""
        event = event_by_id(parse_id("eventId", event_id))
        actor = actor_behind(request)
        if actor.is_guest:
            raise Forbidden("Guest users are not allowed to access events")
        if event is None:
            raise EventMissing
        if not access.may_read(actor, topic=event.topic, project=event.project, user=event.user):
            raise refusals.of_hidden(actor)
        return Response(message.full(event, clear=actor.sees_secrets))

    @documented(
        "updateEvent",
        who="managers, admins, services, and users for their own events; who may change a status depends on the topic",
        body=serializers.UpdateSerializer,
        answer={204: None},
        refusals=[403],
        parameters=[EVENT_ID, *SENDER],
    )
    def partial_update(self, request: Request, event_id: str) -> Response:
        """Change an event: 204."""
        changes = serializers.UPDATE.command(request.data, **sender_of(request))
        update(event_id, changes, actor_behind(request))
        return Response(status=204)

    @documented(
        "deleteEvent",
        who="admins and services",
        answer={204: None},
        refusals=[403, 409],
        parameters=[EVENT_ID, OpenApiParameter("cascade", bool, description="delete what depends on it as well")],
    )
    def destroy(self, request: Request, event_id: str) -> Response:
        """Delete an event: 204, also if there is none; 409 if others depend on it, unless ``?cascade=true``."""
        delete(event_id, cascade=flag_in(request, "cascade") is True, by=actor_behind(request))
        return Response(status=204)

    @documented(
        "listEvents",
        who="managers, admins and services; users get their own events, guests none",
        answer={200: forced_singular_serializer(answers.EventPage)},
        parameters=LIST_PARAMETERS,
    )
    def list(self, request: Request) -> Response:
        """Return a page of events, newest first, without payloads."""
        actor = actor_behind(request)
        events = Event.objects.listed_to(actor).defer("payload")
        found = DjangoFilterBackend().filter_queryset(request, events, self)
        pages = EventPages()
        page: list[Event] = pages.paginate_queryset(found, request, self) or []
        return pages.get_paginated_response([message.listing(event, clear=actor.sees_secrets) for event in page])
