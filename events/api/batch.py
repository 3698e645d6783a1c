"""``POST /api/events/batch``: many events with one request."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.actor import Actor
from events.api import answers, serializers
from events.api.authentication import actor_behind
from events.api.describing import SENDER, documented
from events.api.errors import item_error
from events.api.headers import sender_of
from events.batch import Outcome, dispatch_batch
from events.dispatch import Dispatched, NewEvent
from events.errors import EventError
from events.validation import check_batch

Refused = ValidationError | EventError


class BatchView(APIView):
    """``/api/events/batch``."""

    @documented(
        "dispatchEvents",
        who="managers, admins and services",
        body=serializers.BatchSerializer,
        answer={200: answers.BatchResult},
        refusals=[403, 429],
        parameters=SENDER,
    )
    def post(self, request: Request) -> Response:
        """Dispatch 1 to 1000 ``events``: 200 with one of the ``results`` for each, in their order.

        ``{"id", "created": true}`` is stored, ``{"id", "created": false}`` was there with the same hash, and
        ``{"index", "code", "detail"}`` is refused; ``refused`` counts those. One that is refused does not keep
        the others out: a collector may move on, and has in its hands what it has to look at. All that is stored
        is stored in one transaction: any other answer than 200 means that nothing was.
        """
        bodies = serializers.BATCH.run_validation(request.data)["events"]
        check_batch("events", bodies)
        outcomes = _outcomes(bodies, sender_of(request), actor_behind(request))
        results = [_result(index, outcome) for index, outcome in enumerate(outcomes)]
        return Response({"results": results, "refused": sum("code" in result for result in results)})


def _outcomes(bodies: list[object], sender: dict[str, str | None], by: Actor) -> list[Outcome | Refused]:
    """Dispatch what can be read; what cannot has its error in its place."""
    read = [_command(body, sender) for body in bodies]
    outcomes = iter(dispatch_batch([each for each in read if isinstance(each, NewEvent)], by))
    return [next(outcomes) if isinstance(each, NewEvent) else each for each in read]


def _command(body: object, sender: dict[str, str | None]) -> NewEvent | Refused:
    try:
        return serializers.DISPATCH.command(body, **sender)
    except (ValidationError, EventError) as error:
        return error


def _result(index: int, outcome: Outcome | Refused) -> dict[str, Any]:
    if isinstance(outcome, Dispatched):
        return {"id": outcome.id.hex, "created": outcome.created}
    return {"index": index, **item_error(outcome)}
