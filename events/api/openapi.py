"""``/openapi.json``: the description of the REST door, for programs that read one."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events import installation
from events.api.authentication import actor_behind
from events.api.describing import documented
from events.errors import Forbidden


class OpenApiView(APIView):
    """``GET /openapi.json``."""

    @documented("getOpenApi", who="managers, admins and services", answer={200: {"type": "object"}}, refusals=[403])
    def get(self, request: Request) -> Response:
        """Return this document."""
        if not installation.may_read_manual(actor_behind(request)):
            raise Forbidden("Only managers can read the description of the API")
        return Response(document())


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document of all endpoints."""
    described: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return described
