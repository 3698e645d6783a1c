"""The REST endpoints about the server itself."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.api.authentication import actor_behind
from events.api.describing import SENDER, documented
from events.api.headers import sender_of
from events.restart import request_restart


class RestartView(APIView):
    """``POST /api/system/restart``."""

    @documented(
        "restartServer", who="managers, admins and services", answer={204: None}, refusals=[403], parameters=SENDER
    )
    def post(self, request: Request) -> Response:
        """Have every server process answer what it is at, end, and come back: 204."""
        request_restart(actor_behind(request), **sender_of(request))
        return Response(status=204)
