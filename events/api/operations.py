"""The REST endpoints of operators: many events at once."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.api import answers, serializers
from events.api.authentication import actor_behind
from events.api.describing import documented
from events.operations import operate


class OperationsView(APIView):
    """``POST /api/eventops``."""

    @documented(
        "operateOnEvents",
        who="admins and services",
        body=serializers.OperationSerializer,
        answer={200: answers.OperationOutcome},
        refusals=[403, 409],
    )
    def post(self, request: Request) -> Response:
        """Delete, restart or abort everything that a filter finds; return how many events that were."""
        wanted = serializers.OPERATION.command(request.data)
        outcome = operate(wanted, actor_behind(request))
        return Response(
            {
                "affected": outcome.affected,
                "skipped": outcome.skipped,
                "blocked": outcome.blocked,
                "dryRun": wanted.dry_run,
                "examples": [
                    {
                        "id": example.id.hex,
                        "topic": example.topic,
                        "project": example.project,
                        "status": example.status,
                        "description": example.description,
                    }
                    for example in outcome.examples
                ],
            }
        )
