"""What answers look like, for the OpenAPI document only: they are made in ``message``, ``people`` and ``projects``."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from events.status import Status
from events.validation import ID

HEX = f"^{ID.pattern}$"


class Id(serializers.RegexField):
    """An id as the wire has it."""

    def __init__(self, *, allow_null: bool = False) -> None:
        """Say whether there may be none."""
        super().__init__(HEX, allow_null=allow_null)


@extend_schema_field({"type": "string", "enum": Status.values})
class State(serializers.CharField):
    """The state of an event."""


class Described(serializers.Serializer[object]):
    pass  # a docstring would become the description of every answer


class Dispatched(Described):
    id = Id()
    created = serializers.BooleanField(
        required=False, help_text="only with onConflict: false if an event with this hash was there"
    )


class ItemResult(Described):
    id = serializers.RegexField(HEX, required=False)
    created = serializers.BooleanField(required=False)
    index = serializers.IntegerField(required=False, help_text="only if the event is refused: which one it is")
    code = serializers.IntegerField(required=False, help_text="the status that it would have got alone")
    detail = serializers.CharField(required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)


class BatchResult(Described):
    results = ItemResult(many=True)
    refused = serializers.IntegerField(min_value=0)


class EventFacts(Described):
    id = Id()
    topic = serializers.CharField()
    project = serializers.CharField(allow_null=True)
    user = serializers.CharField(allow_null=True)
    sender = serializers.CharField(allow_null=True)
    senderType = serializers.CharField(allow_null=True)
    dependsOn = Id(allow_null=True)
    status = State()
    description = serializers.CharField()
    summary = serializers.DictField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class ListedEvent(EventFacts):
    hash = serializers.CharField()
    retries = serializers.IntegerField(min_value=0)
    createdBy = serializers.CharField(allow_null=True)


class WholeEvent(ListedEvent):
    payload = serializers.DictField()


class EventPage(Described):
    events = ListedEvent(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class QueriedEvent(Described):
    id = Id()
    hash = serializers.CharField()
    topic = serializers.CharField()
    project = serializers.CharField(required=False)
    user = serializers.CharField(required=False)
    sender = serializers.CharField(required=False)
    sender_type = serializers.CharField(required=False)
    depends_on = serializers.RegexField(HEX, required=False)
    status = State()
    retries = serializers.IntegerField(min_value=0)
    description = serializers.CharField()
    summary = serializers.DictField()
    payload = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    created_by = serializers.CharField(required=False)


class Job(Described):
    id = Id()
    dependsOn = Id()
    hash = serializers.CharField()
    status = State()
    sourceEvent = WholeEvent(
        required=False, allow_null=True, help_text="if it was asked for; null: not to be read, or just deleted"
    )


class Jobs(Described):
    jobs = Job(many=True)


class OperationExample(Described):
    id = Id()
    topic = serializers.CharField()
    project = serializers.CharField(allow_null=True)
    status = State()
    description = serializers.CharField()


class OperationOutcome(Described):
    affected = serializers.IntegerField(min_value=0, help_text="changed or deleted; in a dry run: would be")
    skipped = serializers.IntegerField(min_value=0, help_text="found, but in no state for this")
    blocked = serializers.IntegerField(min_value=0, help_text="not deleted, because others depend on them")
    dryRun = serializers.BooleanField()
    examples = OperationExample(many=True)


class UserAttributes(Described):
    fullName = serializers.CharField()
    email = serializers.CharField(required=False)


class UserData(Described):
    isAdmin = serializers.BooleanField()
    isManager = serializers.BooleanField()
    isService = serializers.BooleanField()
    isGuest = serializers.BooleanField()
    accessGroups = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="the projects, each with the groups that open it",
    )
    defaultAccessGroups = serializers.ListField(child=serializers.CharField())
    hasPassword = serializers.BooleanField()
    apiKeyPreview = serializers.CharField(allow_null=True)


class WholeUser(Described):
    name = serializers.CharField()
    attrib = UserAttributes()
    ownAttrib = serializers.ListField(child=serializers.CharField())
    data = UserData()
    active = serializers.BooleanField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()


class User(Described):
    name = serializers.CharField()
    attrib = UserAttributes()
    ownAttrib = serializers.ListField(child=serializers.CharField(), required=False, help_text="from here on: managers")
    data = UserData(required=False)
    active = serializers.BooleanField(required=False)
    createdAt = serializers.DateTimeField(required=False)
    updatedAt = serializers.DateTimeField(required=False)


class ListedProject(Described):
    name = serializers.CharField()
    code = serializers.CharField()
    label = serializers.CharField(allow_null=True)
    color = serializers.CharField(allow_null=True)
    active = serializers.BooleanField()
    library = serializers.BooleanField()
    skeleton = serializers.BooleanField()
    pinned = serializers.BooleanField()
    projectFolder = serializers.CharField(allow_null=True)
    createdAt = serializers.DateTimeField(allow_null=True, help_text="when its oldest event was made")
    updatedAt = serializers.DateTimeField(allow_null=True, help_text="when its newest event was made")


class WholeProject(ListedProject):
    attrib = serializers.DictField()
    ownAttrib = serializers.ListField(child=serializers.CharField())
    data = serializers.DictField()


class ProjectList(Described):
    detail = serializers.CharField()
    count = serializers.IntegerField(min_value=0)
    projects = ListedProject(many=True)


class Attribute(Described):
    name = serializers.CharField()
    scope = serializers.ListField(child=serializers.CharField())
    position = serializers.IntegerField(min_value=0)
    builtin = serializers.BooleanField()
    data = serializers.DictField()


class AttributeList(Described):
    attributes = Attribute(many=True)


class Info(Described):
    version = serializers.CharField()
    uptime = serializers.FloatField(min_value=0, help_text="seconds")
    user = WholeUser(required=False, help_text="this and the following: only for somebody who is logged in")
    attributes = Attribute(many=True, required=False)
    sites = serializers.ListField(child=serializers.DictField(), required=False)
    ssoOptions = serializers.ListField(child=serializers.DictField(), required=False)


class LoggedIn(Described):
    detail = serializers.CharField()
    error = serializers.CharField(allow_null=True)
    token = serializers.RegexField("^[0-9a-f]{64}$")
    user = WholeUser()
    redirectUrl = serializers.CharField(allow_null=True)


class Detail(Described):
    detail = serializers.CharField()


class Error(Described):
    code = serializers.IntegerField()
    detail = serializers.CharField()


class Conflict(Error):
    id = serializers.RegexField(HEX, required=False, help_text="the event that has the hash")
    children = serializers.IntegerField(required=False, help_text="how many events depend on this one")


class Problem(Described):
    loc = serializers.ListField(help_text="the field, as the wire spells it")
    msg = serializers.CharField()
    type = serializers.CharField()


class Invalid(Error):
    path = serializers.CharField()
    traceback = serializers.CharField(help_text="the problems as one line of text")
    errors = Problem(many=True)
