"""The fields that requests may have. The rules of their values are the commands' own."""

from events.api.fields import Flag, Items, JsonObject, Number, Text, Texts, WireSerializer
from events.dispatch import NewEvent
from events.enroll import EnrollRequest
from events.errors import InvalidField
from events.operations import Operation
from events.update import EventChanges
from events.watermark import Sources


class DispatchSerializer(WireSerializer):
    """A new event."""

    topic = Text(required=True)
    sender = Text()
    sender_type = Text()
    hash = Text()
    project = Text()
    user = Text()
    depends_on = Text()
    description = Text()
    summary = JsonObject()
    payload = JsonObject()
    finished = Flag()
    store = Flag()
    reuse = Flag()
    progress = Number()
    recipients = Texts()

    def command(self, data: object, **defaults: str | None) -> NewEvent:
        """Return what to dispatch."""
        return NewEvent(**{**defaults, **self.run_validation(data)})


class OnConflictSerializer(WireSerializer):
    """What the body of ``POST /api/events`` says about a hash that exists: ``refuse`` (409) or ``return``."""

    on_conflict = Text()
    reuse = Flag()

    def wants_existing(self, data: object) -> bool:
        """Tell whether the event that has the hash is as good as the new one."""
        given = self.run_validation(data)
        wish = given.get("on_conflict", "refuse")
        if wish not in ("refuse", "return"):
            raise InvalidField("onConflict", "expected refuse or return")
        if wish == "return" and given.get("reuse"):
            raise InvalidField("onConflict", "expected no reuse along with return")
        return bool(wish == "return")


class DispatchBodySerializer(DispatchSerializer, OnConflictSerializer):
    """The body of ``POST /api/events``."""


class BatchSerializer(WireSerializer):
    """The body of ``POST /api/events/batch``."""

    events = Items(required=True)


class UpdateSerializer(WireSerializer):
    """The body of ``PATCH /api/events/{id}``; ``projectName`` is an old name of ``project``."""

    sender = Text()
    sender_type = Text()
    project = Text()
    project_name = Text()
    user = Text()
    status = Text()
    description = Text()
    summary = JsonObject()
    payload = JsonObject()
    progress = Number()
    retries = Number(whole=True)
    recipients = Texts()

    def command(self, data: object, **defaults: str | None) -> EventChanges:
        """Return what to change."""
        values = {**defaults, **self.run_validation(data)}
        legacy_project = values.pop("project_name", None)
        return EventChanges(**{"project": legacy_project, **values})


class EnrollSerializer(WireSerializer):
    """The body of ``POST /api/enroll``."""

    source_topic = Texts(or_one=True, required=True)
    target_topic = Text(required=True)
    sender = Text()
    sender_type = Text()
    description = Text()
    sequential = Flag()
    filter = JsonObject()
    max_retries = Number(whole=True)
    ignore_sender_types = Texts()
    ignore_older_than = Number(whole=True)

    def command(self, data: object, **defaults: str | None) -> EnrollRequest:
        """Return what to enroll for."""
        values = {**defaults, **self.run_validation(data)}
        sources = Sources(
            topics=tuple(values.pop("source_topic")),
            target_topic=values.pop("target_topic"),
            filter=values.pop("filter", None),
            ignored_sender_types=tuple(values.pop("ignore_sender_types", ())),
            max_age_days=values.pop("ignore_older_than", 3),
        )
        return EnrollRequest(sources=sources, **values)


class OperationSerializer(WireSerializer):
    """The body of ``POST /api/eventops``."""

    type = Text(required=True)
    filter = JsonObject()
    ids = Texts()
    all = Flag()
    cascade = Flag()
    dry_run = Flag()

    def command(self, data: object) -> Operation:
        """Return what to do to which events."""
        values = self.run_validation(data)
        return Operation(kind=values.pop("type"), everything=values.pop("all", False), **values)


class QuerySerializer(WireSerializer):
    """The body of ``POST /api/query``."""

    entity = Text(required=True)
    filter = JsonObject()
    limit = Number(whole=True)
    offset = Number(whole=True)


class LoginSerializer(WireSerializer):
    """The body of ``POST /api/auth/login``."""

    name = Text(required=True)
    password = Text(required=True)


# One instance each is enough: checking a body leaves no trace in them, and making one costs more than a check.
DISPATCH = DispatchSerializer()
ON_CONFLICT = OnConflictSerializer()
BATCH = BatchSerializer()
UPDATE = UpdateSerializer()
ENROLL = EnrollSerializer()
OPERATION = OperationSerializer()
QUERY = QuerySerializer()
LOGIN = LoginSerializer()
