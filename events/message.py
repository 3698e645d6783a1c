"""The wire form of an event. Nothing else turns an event into JSON."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from events.models import Event
from events.redaction import masked
from events.status import Status


def timestamp(moment: datetime) -> str:
    """Write a time as the wire has it: ISO 8601 in UTC, with the offset as ``+00:00``."""
    return moment.astimezone(UTC).isoformat()


def hex_or_none(value: UUID | None) -> str | None:
    """Write an id as the wire has it: 32 hexadecimal digits, no dashes."""
    return None if value is None else value.hex


def facts(event: Event, *, clear: bool = False) -> dict[str, object]:
    """Return what everybody who may know of the event may see: everything but hash, retries and payload.

    Values that look like secrets are masked, unless ``clear`` says that the reader may see them.
    """
    return {
        "id": event.id.hex,
        "topic": event.topic,
        "project": event.project,
        "user": event.user,
        "sender": event.sender,
        "senderType": event.sender_type,
        "dependsOn": hex_or_none(event.depends_on_id),
        "status": event.status,
        "description": event.description if clear else masked(event.description),
        "summary": event.summary if clear else masked(event.summary),
        "createdAt": timestamp(event.created_at),
        "updatedAt": timestamp(event.updated_at),
    }


def listing(event: Event, *, clear: bool) -> dict[str, object]:
    """Return the event as lists have it: without the payload."""
    return {**facts(event, clear=clear), "hash": event.hash, "retries": event.retries, "createdBy": event.created_by}


def full(event: Event, *, clear: bool) -> dict[str, object]:
    """Return the whole event, as REST gives it by id."""
    return {**listing(event, clear=clear), "payload": event.payload if clear else masked(event.payload)}


def queried(event: Event, *, clear: bool) -> dict[str, object]:
    """Return the whole event as ``/api/query`` gives it: in snake_case, and what is null left out."""
    return {_snake_case(name): value for name, value in full(event, clear=clear).items() if value is not None}


def _snake_case(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What goes over the bus, to every process: a frame for the sockets, and what is needed to route it."""

    id: str
    """Of the event, 32 hexadecimal digits."""
    topic: str
    project: str | None
    user: str | None
    status: str
    depends_on: str | None
    """The id of the source, if the event is a job."""
    position: int | None
    """The place in the stream that the change has got; None if nothing was stored."""
    recipients: Collection[str] | None = None
    """The only users who may get it; None: everybody who may see the event."""
    progress: float | None = None
    """Per cent, if it was told."""
    is_update: bool = False
    is_deletion: bool = False
    """The event is gone."""
    is_restart: bool = False
    """The server processes are to start anew."""
    frame: str = field(repr=False)
    """The JSON object for the sockets, written once however many there are; empty if they are not told."""

    def without_frame(self) -> "Envelope":
        """Return what is needed to route it and no more, to be remembered."""
        return Envelope(**{**{name: getattr(self, name) for name in _FIELDS}, "frame": ""})

    def packed(self) -> list[Any]:
        """Return it as plain values, for the way to another process."""
        return [getattr(self, name) for name in _FIELDS]

    @classmethod
    def unpacked(cls, values: list[Any]) -> Self:
        """Return what another process has packed."""
        return cls(**dict(zip(_FIELDS, values, strict=True)))


_FIELDS = tuple(Envelope.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Envelope):
    """What handlers in this process are told as well: the event of the frame, as a dict."""

    event: dict[str, object] = field(hash=False)


def dispatched(event: Event, *, store: bool, progress: float) -> Message:
    """Return the message about a new event."""
    position = event.position if store else None
    return _message(event, {"progress": progress, "store": store}, position=position, is_update=False)


def updated(event: Event, *, progress: float | None, stored: bool = True) -> Message:
    """Return the message about a change; it carries the progress only if that was given.

    ``stored``: the change has given the event a new position; False if all there is to tell is the progress.
    """
    extra: dict[str, object] = {} if progress is None else {"progress": progress}
    return _message(event, extra, position=event.position if stored else None, is_update=True)


def remembered(event: Event) -> Message:
    """Return the message about the last change of a stored event, for who has missed it."""
    if event.updated_at == event.created_at:
        return dispatched(event, store=True, progress=100.0 if event.status == Status.FINISHED else 0.0)
    return updated(event, progress=None)


def deleted(event: Event) -> Envelope:
    """Return what the processes are told when an event is gone."""
    return Envelope(
        id=event.id.hex,
        topic=event.topic,
        project=event.project,
        user=event.user,
        status=event.status,
        depends_on=hex_or_none(event.depends_on_id),
        position=None,
        is_deletion=True,
        frame="",
    )


def _message(event: Event, extra: dict[str, Any], *, position: int | None, is_update: bool) -> Message:
    content = facts(event, clear=True) | extra
    shown = {"description": masked(event.description), "summary": masked(event.summary)}
    return Message(
        id=event.id.hex,
        topic=event.topic,
        project=event.project,
        user=event.user,
        status=event.status,
        depends_on=hex_or_none(event.depends_on_id),
        position=position,
        recipients=None if event.recipients is None else tuple(event.recipients),
        progress=extra.get("progress"),
        is_update=is_update,
        frame=json.dumps(content | shown, ensure_ascii=False, separators=(",", ":")),
        event=content,
    )
