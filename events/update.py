"""Update: an event changes its state, tells of its progress, or gets new facts."""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, fields
from functools import cache
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from events import access, attempts, bus, message, position, refusals, topics, trail, validation
from events.actor import SERVER, Actor
from events.conditions import begins_with
from events.dispatch import NewEvent, dispatch
from events.errors import EventMissing, Forbidden
from events.models import Event
from events.policies import Verb
from events.position import NextPosition
from events.prepared import Slot, Statement, change
from events.topic_conditions import records


@dataclass(frozen=True, slots=True, kw_only=True)
class EventChanges:
    """What is to change; None leaves a field as it is. Summary and payload are replaced, not merged."""

    sender: str | None = None
    sender_type: str | None = None
    project: str | None = None
    user: str | None = None
    status: str | None = None
    description: str | None = None
    summary: dict[str, object] | None = None
    payload: dict[str, object] | None = None
    retries: int | None = None
    progress: float | None = None
    """Per cent; sockets are told, nothing is stored."""
    recipients: Collection[str] | None = None
    """The only users whose sockets are told; None: all that may see the event."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        validation.check_text("sender", self.sender, validation.NAME_LENGTH)
        validation.check_text("senderType", self.sender_type, validation.NAME_LENGTH)
        validation.check_project(self.project)
        validation.check_text("user", self.user, validation.NAME_LENGTH)
        validation.check_status(self.status)
        validation.check_text("description", self.description, validation.DESCRIPTION_LENGTH)
        validation.check_json("summary", self.summary)
        validation.check_json("payload", self.payload)
        validation.check_retries("retries", self.retries)
        validation.check_progress(self.progress)
        validation.check_texts("recipients", self.recipients, validation.RECIPIENTS_MAX)

    def stored(self) -> dict[str, object]:
        """Return the columns that get a new value.

        The sender goes with a change and is none itself: who only reports progress stores nothing.
        """
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        columns = {name: value for name, value in given.items() if value is not None and name not in _NOT_STORED}
        return columns if columns.keys() - _SENDER or self.progress is None else {}


_NOT_STORED = frozenset({"progress", "recipients"})
_SENDER = frozenset({"sender", "sender_type"})


def update(event_id: str | UUID, changes: EventChanges, by: Actor = SERVER) -> None:
    """Change an event, move it to the end of the stream, and tell everybody who wants to know.

    The event's row is locked while it is changed, so that two updates of different fields both count.
    Raise EventMissing if there is none, Forbidden if the actor may not; then nothing has changed.
    """
    pk = validation.parse_id("eventId", event_id)
    columns = changes.stored()
    recipients = None if changes.recipients is None else list(changes.recipients)
    if columns:
        columns["recipients"] = recipients
    if columns and access.may_update_anything(by) and (by is SERVER or not trail.could_intervene(columns)):
        event = write(pk, columns, by)
    else:
        with transaction.atomic():
            event = _checked(pk, changes, by, for_writing=bool(columns))
            if columns:
                before = vars(event)
                event = write(pk, columns, by)
                if trail.is_operating(before, columns, by):
                    dispatch(NewEvent(**trail.change(pk.hex, before, columns, by)))
            else:  # who reports progress recognises its own message by the sender
                event.recipients = recipients
                event.sender = changes.sender or event.sender
                event.sender_type = changes.sender_type or event.sender_type
    bus.publish_after_commit(message.updated(event, progress=changes.progress, stored=bool(columns)))


def _checked(pk: UUID, changes: EventChanges, by: Actor, *, for_writing: bool) -> Event:
    """Return the event if the actor may change it so, with its row locked if it is to be written."""
    events = Event.objects.select_for_update(no_key=True) if for_writing else Event.objects
    event = events.defer("payload").filter(pk=pk).first()
    if event is None:
        raise EventMissing
    _check_access(event, changes, by)
    return event


def _check_access(event: Event, changes: EventChanges, by: Actor) -> None:
    if not access.may_update(by, topic=event.topic, project=event.project, user=event.user):
        raise refusals.of_event(by, Verb.UPDATE, event)
    if changes.user not in (None, event.user) and not access.may_name_user(by):
        raise Forbidden("Not allowed to change the user of this event")
    if changes.project not in (None, event.project) and not access.may_update(
        by, topic=event.topic, project=changes.project, user=event.user
    ):
        raise Forbidden("Not allowed to move the event to this project")
    if changes.status not in (None, event.status) and not access.may_change_status(
        by, topic=event.topic, is_job=event.depends_on_id is not None, user=event.user
    ):
        raise Forbidden("Not allowed to update status of this event")
    if trail.intervenes(vars(event), changes.stored()) and not access.may_intervene(
        by, topic=event.topic, project=event.project, user=event.user
    ):
        raise refusals.of_event(by, Verb.OPERATE, event)


def write(pk: UUID, columns: dict[str, object], by: Actor = SERVER) -> Event:
    """Give the event new values and the next position, in one statement; return it as it is then, less its payload.

    The statement locks the row, so that two changes of different columns both count; an attempt that the change ends
    for good is kept before it. Raise EventMissing if there is no such event, Forbidden if it is one of the server's
    records.
    """
    status, now = columns.get("status"), timezone.now()
    leaves = status in attempts.WAITING
    with nullcontext() if position.drawn_by_the_table() and not leaves else transaction.atomic():
        if leaves:
            attempts.keep(pk, left_as=str(status), at=now)
        given = columns | {"pk": pk, "updated_at": now}
        if not position.drawn_by_the_table():
            given["position"] = position.moved()
        row = _writing(frozenset(columns), status, by is SERVER).row(**given)
    if row is None:
        raise (
            Forbidden("Nobody writes these records but the server")
            if Event.objects.filter(pk=pk).exists()
            else EventMissing
        )
    return Event.from_db(Event.objects.db, _RETURNED, row)


@cache
def _writing(columns: frozenset[str], status: object, is_server: bool) -> Statement:
    """Compile the statement that writes these columns, and this status; there are as many as kinds of changes."""
    sealed = begins_with("topic", topics.AUDIT_PREFIX) if is_server else records()
    event = Event.objects.filter(~sealed, pk=Slot("pk", Event._meta.pk))
    computed = {name: value for name, value in attempts.moments(status).items() if name not in columns}
    if position.drawn_by_the_table():
        computed["position"] = NextPosition()
    slots = sorted({"updated_at", "position", *columns} - computed.keys())
    return change(event, slots, computed, returning=_RETURNED)


_RETURNED = tuple(each.attname for each in Event._meta.concrete_fields if each.name != "payload")
