"""``/api/query``: events by a filter, and what filters are."""

import json

from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.renderers import BaseRenderer, TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import access, filter_guide, filters, message, refusals
from events.api import answers, serializers
from events.api.authentication import actor_behind
from events.api.describing import documented
from events.api.rendering import EventRenderer
from events.errors import InvalidField
from events.models import Event
from events.policies import Verb

LINE = 90
"""Characters of a line of an example."""
LIMIT_MAX = 1000
OFFSET_MAX = 1_000_000
"""Further on it is cheaper to ask for what is older: every event up to the offset is read."""


class QueryView(APIView):
    """``GET`` tells anybody what the filters are, ``POST`` finds events with one."""

    def get_permissions(self) -> list[BasePermission]:
        """Let anybody read."""
        return [AllowAny() if self.request.method == "GET" else IsAuthenticated()]

    def get_renderers(self) -> list[BaseRenderer]:
        """Show a browser a page."""
        return [EventRenderer(), TemplateHTMLRenderer()] if self.request.method == "GET" else [EventRenderer()]

    def perform_authentication(self, request: Request) -> None:
        """Look at nobody's credentials for what anybody may read."""
        if request.method != "GET":
            super().perform_authentication(request)

    @documented("getFilterGuide", who=None, answer={200: {"type": "object"}, (200, "text/html"): {"type": "string"}})
    def get(self, request: Request) -> Response:
        """Return the guide to the filter language: JSON, or a page for a browser."""
        guide = filter_guide.guide()
        if request.accepted_renderer.format == TemplateHTMLRenderer.format:
            guide["samples"] = {name: _text(sample) for name, sample in guide["samples"].items()}
            guide["examples"] = [example | {"filter": _text(example["filter"])} for example in guide["examples"]]
        return Response(guide, template_name="api/query.html")

    @documented(
        "queryEvents",
        who="admins and services",
        body=serializers.QuerySerializer,
        answer={200: answers.QueriedEvent(many=True)},
        refusals=[403],
    )
    def post(self, request: Request) -> Response:
        """Return the events that a filter finds, newest first, with their payloads."""
        given = serializers.QUERY.run_validation(request.data)
        actor = actor_behind(request)
        if not access.may_query(actor):
            raise refusals.of_all(actor, Verb.READ, doing="query")
        if given["entity"] != "event":
            raise InvalidField("entity", "expected event, there is nothing else to query")
        limit = _count("limit", given.get("limit", 100), 1, LIMIT_MAX)
        offset = _count("offset", given.get("offset", 0), 0, OFFSET_MAX)
        condition = filters.condition_for(given.get("filter", {}), hides_secrets=not actor.sees_secrets)
        found = Event.objects.readable_by(actor).filter(condition).order_by("-creation_order")
        return Response([message.queried(event, clear=actor.sees_secrets) for event in found[offset : offset + limit]])


def _text(value: object, indent: str = "") -> str:
    """Return JSON that people can read: what fits stays on one line."""
    text = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(text) <= LINE or not isinstance(value, dict | list):
        return text
    inner = indent + "  "
    if isinstance(value, list):
        items = [_text(item, inner) for item in value]
    else:
        items = [f"{json.dumps(key)}: {_text(item, inner)}" for key, item in value.items()]
    lines = f",\n{inner}".join(items)
    return f"{text[0]}\n{inner}{lines}\n{indent}{text[-1]}"


def _count(name: str, given: int, least: int, most: int) -> int:
    if not least <= given <= most:
        raise InvalidField(name, f"expected a whole number from {least} to {most}")
    return given
