"""How endpoints are described for the OpenAPI document; their docstrings say what they do."""

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from events import credentials, topics, validation
from events.api import answers
from events.api.fields import Flag, Items, JsonObject, Number, Text, Texts, WireSerializer, camel_case
from events.operations import IDS_MAX, Kind
from events.status import Status

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

REFUSALS: Mapping[int, tuple[type[answers.Error], str]] = {
    400: (answers.Invalid, "Something in the request is not what it should be; every field that is wrong is named."),
    401: (answers.Error, "There is no credential, or it is nobody's."),
    403: (answers.Error, "Whoever asks may not do this."),
    404: (answers.Error, "There is no such thing, or X-as-user names nobody."),
    409: (answers.Conflict, "The hash exists already, or what depends on the event, or should, is in the way."),
    413: (answers.Error, "The body is larger than EVENTS_MAX_BODY."),
    429: (answers.Error, "Too often; come again after the seconds of Retry-After."),
    503: (answers.Error, "The server cannot do it now; come again after the seconds of Retry-After."),
}
ID = {"type": "string", "pattern": answers.HEX}
SENDER = (
    OpenApiParameter("X-Sender", str, OpenApiParameter.HEADER, description="the sender, unless the body names one"),
    OpenApiParameter("X-Sender-Type", str, OpenApiParameter.HEADER, description="api, unless it is given"),
)
EVENT_ID = OpenApiParameter("event_id", ID, OpenApiParameter.PATH, description="32 hexadecimal digits")


def documented(
    name: str,
    *,
    who: str | None,
    answer: Mapping[Any, Any],
    body: type[serializers.BaseSerializer[Any]] | None = None,
    refusals: Iterable[int] = (),
    parameters: Iterable[OpenApiParameter] = (),
) -> Callable[[Endpoint], Endpoint]:
    """Describe an endpoint under a name; ``who`` may call it, None: anybody, without a credential."""

    def decorate(endpoint: Endpoint) -> Endpoint:
        codes = {503, *refusals, *((400, 401, 404) if who else ()), *((400, 413) if body else ())}
        told = {code: OpenApiResponse(*REFUSALS[code]) for code in sorted(codes)}
        does = cleandoc(endpoint.__doc__ or "").replace("``", "`")
        summary = does.partition("\n")[0]
        given = {
            code: shape if isinstance(shape, OpenApiResponse) else OpenApiResponse(shape, summary)
            for code, shape in answer.items()
        }
        described: Endpoint = extend_schema(
            operation_id=name,
            summary=summary,
            description=f"{does}\n\nFor {who or 'anybody'}.",
            request={"application/json": body} if body else None,
            responses={**given, **told},
            parameters=list(parameters),
        )(endpoint)
        return described

    return decorate


# --- credentials ----------------------------------------------------------------------------------------


class _ApiKey(OpenApiAuthenticationExtension):
    target_class = "events.api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002 - the signature is the framework's
        return {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "or Authorization: ApiKey KEY"}


class _Token(OpenApiAuthenticationExtension):
    target_class = "events.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        elsewhere = (
            f"or the cookie {credentials.TOKEN_COOKIE}, with X-CSRFToken where anything changes; or ?token=TOKEN"
        )
        return {"type": "http", "scheme": "bearer", "description": elsewhere}


class _Session(OpenApiAuthenticationExtension):
    target_class = "events.api.authentication.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        told = "of the viewer, with X-CSRFToken for what changes anything"
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": told}


# --- bodies ---------------------------------------------------------------------------------------------

_NAME = {"maxLength": validation.NAME_LENGTH}
_TOPIC = {"pattern": f"^{topics.TOPIC.pattern}$"}
_COUNT = {"minimum": 0, "maximum": validation.RETRIES_MAX}
FACTS: Mapping[str, Mapping[str, Any]] = {
    "topic": _TOPIC,
    "target_topic": _TOPIC,
    "source_topic": {"description": "a topic or a pattern with *, or a list of them"},
    "sender": _NAME,
    "sender_type": _NAME,
    "user": _NAME,
    "project": {**_NAME, "pattern": f"^{validation.PROJECT.pattern}$"},
    "project_name": {"deprecated": True, "description": "an old name of project"},
    "hash": {"maxLength": validation.HASH_LENGTH, "description": "of two events with one hash the first is stored"},
    "depends_on": {"pattern": answers.HEX, "description": "the event that caused this one"},
    "description": {"maxLength": validation.DESCRIPTION_LENGTH},
    "finished": {"default": True, "description": "false: pending"},
    "store": {"default": True, "description": "false: told to sockets and stored nowhere"},
    "reuse": {"default": False, "description": "overwrite the event that has the hash"},
    "on_conflict": {"enum": ["refuse", "return"], "description": "return: answer with the event that has the hash"},
    "progress": {"minimum": 0, "maximum": 100, "description": "per cent; told to sockets, not stored"},
    "recipients": {"maxItems": validation.RECIPIENTS_MAX, "description": "the only users whose sockets are told"},
    "status": {"enum": Status.values},
    "retries": _COUNT,
    "max_retries": {**_COUNT, "default": 3},
    "ignore_older_than": {
        "minimum": 0,
        "maximum": validation.AGE_MAX_DAYS,
        "default": 3,
        "description": "days; 0: any",
    },
    "sequential": {"default": False, "description": "hand nothing out while a job is unfinished"},
    "filter": {"description": "see GET /api/query"},
    "type": {"enum": list(Kind)},
    "ids": {"maxItems": IDS_MAX, "items": ID},
    "all": {"default": False, "description": "all events are meant, if nothing restricts them"},
    "cascade": {"default": False, "description": "delete what depends on them as well"},
    "dry_run": {"default": False, "description": "only count"},
    "entity": {"enum": ["event"]},
    "Query.limit": {"minimum": 1, "maximum": 1000, "default": 100},
    "EnrollBody.limit": {
        "minimum": 1,
        "maximum": validation.JOBS_MAX,
        "description": "so many jobs in a list",
    },
    "wait": {"minimum": 0, "maximum": validation.WAIT_MAX, "description": "seconds, if there is nothing to do"},
    "include": {"items": {"enum": ["sourceEvent"]}},
    "offset": {"minimum": 0, "maximum": 1_000_000, "default": 0},
    "events": {
        "minItems": 0,
        "maxItems": validation.BATCH_MAX,
        "items": {"type": "object", "description": "as in POST /api/events"},
    },
}
"""What the values of a field may be, beyond their type; of the body before the dot, if there is one."""


class _Body(OpenApiSerializerExtension):
    """A body in camelCase; null is as good as not given, except where something has to be given."""

    target_class = WireSerializer
    match_subclasses = True

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:  # noqa: ARG002
        return str(self.target.__class__.__name__.removesuffix("Serializer"))

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:  # noqa: ARG002
        fields = self.target.get_fields()
        return {
            "type": "object",
            "description": (self.target.__doc__ or "").replace("``", "`"),
            "properties": {camel_case(name): self._schema_of(name, field) for name, field in fields.items()},
            "required": sorted(camel_case(name) for name, field in fields.items() if field.required),
        }

    def _schema_of(self, name: str, field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
        own = f"{self.target.__class__.__name__.removesuffix('Serializer')}.{name}"
        shape = {**_shape_of(field), **FACTS.get(own, FACTS.get(name, {}))}
        if field.required:
            return shape
        kinds = shape["type"] if isinstance(shape["type"], list) else [shape["type"]]
        if "enum" in shape:
            shape["enum"] = [*shape["enum"], None]
        return {**shape, "type": [*kinds, "null"]}


def _shape_of(field: serializers.Field[Any, Any, Any, Any]) -> dict[str, Any]:
    texts = {"items": {"type": "string"}}
    match field:
        case Text():
            return {"type": "string"}
        case Flag():
            return {"type": "boolean"}
        case Number():
            return {"type": "integer" if field.whole else "number"}
        case JsonObject():
            return {"type": "object"}
        case Texts():
            return {"type": ["string", "array"] if field.or_one else "array", **texts}
        case Items():
            return {"type": "array"}
    raise TypeError(f"How {type(field).__name__} is described has to be written here")
