"""What an answer looks like when something is wrong; the only place that knows status codes of errors."""

import logging
import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from events import credentials, errors, outage

logger = logging.getLogger(__name__)

STATUS_OF = {
    errors.InvalidField: 400,
    errors.HashConflict: 409,
    errors.DependencyMissing: 409,
    errors.EventHasChildren: 409,
    errors.EventMissing: 404,
    errors.UserMissing: 404,
    errors.ProjectMissing: 404,
    errors.Forbidden: 403,
    errors.LoginFailed: 403,
    errors.CredentialInvalid: 401,
    errors.TooManyRequests: 429,
    errors.DatabaseAway: 503,
}


def answer_for(error: Exception, context: dict[str, Any]) -> Response:
    """Answer an exception of a view; Django REST framework calls it."""
    request: Request = context["request"]
    error = outage.behind(error, f"{request.method} {request.path}") or error
    match _in_our_words(error):
        case errors.InvalidField() as told:
            content = _invalid(request, [_problem(told)])
        case errors.EventError() as told:
            content = body(STATUS_OF[type(told)], str(told), **told.details)
        case exceptions.ValidationError() as told:
            content = _invalid(request, list(_problems(told.detail)))
        case exceptions.APIException() as told:
            content = body(told.status_code, str(told.detail))
        case _:
            logger.error("%s %s failed", request.method, request.path, exc_info=error)
            content = body(500, "Internal server error")
    return Response(content, content["code"], headers=_headers(error))


def item_error(error: Exception) -> dict[str, Any]:
    """Return what is wrong with one item of a batch, as the answer to it alone would have it."""
    match error:
        case errors.InvalidField() as told:
            return body(400, "Invalid event", errors=[_problem(told)])
        case errors.EventError() as told:
            return body(STATUS_OF[type(told)], str(told), **told.details)
        case exceptions.ValidationError() as told:
            return body(400, "Invalid event", errors=list(_problems(told.detail)))
    raise error


def _problem(error: errors.InvalidField) -> dict[str, object]:
    return {"loc": [error.field], "msg": str(error), "type": "value_error"}


def _in_our_words(error: Exception) -> Exception:
    """Return the error to answer in place of one of the frameworks' own."""
    match error:
        case exceptions.ParseError():
            return exceptions.ValidationError({"body": [str(error.detail)]}, "json")
        case exceptions.NotAuthenticated():
            return exceptions.NotAuthenticated(credentials.TOKEN_MISSING)
        case Http404():
            return exceptions.NotFound()
        case SuspiciousOperation():  # too many parameters, or a name that this server does not answer to
            return exceptions.ValidationError({"request": ["refused"]})
    return error


def body(code: int, detail: str, **extras: object) -> dict[str, Any]:
    """Return the body of an error, as AYON's clients expect it."""
    return {"code": code, "detail": detail, **extras}


def _invalid(request: Request, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the body of a 400 that names every field that is wrong, in the shape that AYON's validation has."""
    told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems)
    return body(
        400,
        f"Request validation error in [{request.method}] {request.path}",
        path=request.path,
        traceback=told,
        errors=problems,
    )


def _problems(detail: object, *loc: str | int) -> Iterator[dict[str, object]]:
    """Flatten the framework's nested errors to a list of where and what."""
    match detail:
        case dict():
            for key, value in detail.items():
                yield from _problems(value, *loc, key)
        case list():
            for value in detail:
                yield from _problems(value, *loc)
        case _:
            code = getattr(detail, "code", "invalid")
            yield {"loc": list(loc) or ["body"], "msg": str(detail), "type": f"value_error.{code}"}


def _headers(error: Exception) -> dict[str, str]:
    """Return the headers that tell when to come again, and how to authenticate."""
    headers = {}
    if isinstance(error, errors.DatabaseAway):
        headers["Retry-After"] = str(outage.RETRY_AFTER)
    elif wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    return headers


@csrf_exempt  # whoever posts to a wrong path shall be told so, and not of a cookie
def not_found(request: HttpRequest, exception: Exception | None = None) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Answer a path that there is not."""
    path = request.path
    return JsonResponse(body(404, f"API endpoint {path} not found", path=path), status=404)
