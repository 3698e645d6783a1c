"""``/graphql``: one request, one query.

Whatever is wrong with the query, the status is 200 and the answer ``{"data": null, "errors": [...]}``: AYON's
clients give up on any other status before they look at the errors. Other statuses are for requests that have
no query to be answered, in the form of REST, ``{"code": ..., "detail": ...}``: 401, 403 and 404 for credentials
that are missing or do not serve, 400 for too many parameters, 405 for a method other than GET and POST,
503 while the database is away, be it in the middle of a query: clients come again after a 503, and give up on errors.
"""

import logging
from dataclasses import dataclass
from http import HTTPStatus

import orjson
from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from graphql import ExecutionResult, GraphQLError

from events import credentials, outage
from events.actor import Actor
from events.errors import CredentialInvalid, DatabaseAway, EventError, Forbidden, UserMissing
from events.graphql import explorer
from events.graphql.documents import execute
from events.graphql.errors import formatted

logger = logging.getLogger(__name__)

STATUS_OF: dict[type[EventError], int] = {CredentialInvalid: 401, Forbidden: 403, UserMissing: 404, DatabaseAway: 503}


class NotJson(Exception):
    """The body, or the variables of a GET, is no JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request asks, as it came."""

    query: object
    variables: object
    operation: object


@csrf_exempt  # events.credentials asks for the token of those who need one
def graphql_view(request: HttpRequest) -> HttpResponse:
    """Answer a query, or give a browser that has none the page to write one."""
    if request.method not in ("GET", "POST"):
        return _refusal(405, f'Method "{request.method}" not allowed.', Allow="GET, POST")
    if explorer.is_wanted(request):
        return explorer.page(request)
    return _reply(request)


def _reply(request: HttpRequest) -> HttpResponse:
    """Return the answer to the query, or the reason why there is none."""
    try:
        _ = request.body  # read before the CSRF check can read it as a form
        actor = credentials.actor_behind(request)
        return _answer(_executed(_asked(request), actor))
    except EventError as error:
        return _refusal(STATUS_OF[type(error)], str(error))
    except NotJson as error:
        return _answer(ExecutionResult(None, [GraphQLError(str(error))]))
    except SuspiciousOperation:  # too many parameters
        return _refusal(400, "The request was refused")
    except Error as error:
        if away := outage.behind(error, "/graphql"):
            return _refusal(503, str(away))
        raise


def _asked(request: HttpRequest) -> Asked:
    """Return what is asked, in the JSON of a POST or the query string of a GET."""
    if request.method == "POST":
        body = _object(request.body, "The body")
    else:
        body = {"query": request.GET.get("query"), "operationName": request.GET.get("operationName")}
        if variables := request.GET.get("variables"):
            body["variables"] = _object(variables, "The value of variables")
    return Asked(query=body.get("query"), variables=body.get("variables"), operation=body.get("operationName"))


def _object(text: str | bytes, what: str) -> dict[str, object]:
    """Return the JSON object that is written, whatever the content type says."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJson(f"{what} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotJson(f"{what} is no JSON object")
    return value


def _executed(asked: Asked, actor: Actor) -> ExecutionResult:
    """Return the result of a query, or why there is none."""
    match asked:
        case Asked(query=str(query), variables=dict() | None as variables, operation=str() | None as operation):
            return execute(query, variables, operation or None, actor)
    expected = "query and operationName are texts, variables is an object"
    return ExecutionResult(None, [GraphQLError(f"Expected a GraphQL request: {expected}")])


def _answer(result: ExecutionResult) -> HttpResponse:
    content: dict[str, object] = {"data": result.data}
    for error in result.errors or ():
        if away := outage.behind(error.original_error, "/graphql"):
            return _refusal(503, str(away))
    if result.errors:
        content["errors"] = [formatted(error) for error in result.errors]
    return HttpResponse(orjson.dumps(content), content_type="application/json")


def _refusal(status: int, detail: str, **headers: str) -> HttpResponse:
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = credentials.CHALLENGE
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(outage.RETRY_AFTER)
    content = orjson.dumps({"code": status, "detail": detail})
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)
