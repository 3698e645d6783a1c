"""The wire form of an event. Nothing else turns an event into JSON."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from events.models import Event


def timestamp(moment: datetime) -> str:
    """Write a time as the wire has it: ISO 8601 in UTC, with the offset as ``+00:00``."""
    return moment.astimezone(UTC).isoformat()


def hex_or_none(value: UUID | None) -> str | None:
    """Write an id as the wire has it: 32 hexadecimal digits, no dashes."""
    return None if value is None else value.hex


def facts(event: Event) -> dict[str, object]:
    """Return what everybody who may know of the event may see: everything but hash, retries and payload."""
    return {
        "id": event.id.hex,
        "topic": event.topic,
        "project": event.project,
        "user": event.user,
        "sender": event.sender,
        "senderType": event.sender_type,
        "dependsOn": hex_or_none(event.depends_on_id),
        "status": event.status,
        "description": event.description,
        "summary": event.summary,
        "createdAt": timestamp(event.created_at),
        "updatedAt": timestamp(event.updated_at),
    }


def listing(event: Event) -> dict[str, object]:
    """Return the event as lists have it: without the payload."""
    return {**facts(event), "hash": event.hash, "retries": event.retries, "createdBy": event.created_by}


def full(event: Event) -> dict[str, object]:
    """Return the whole event, as REST gives it by id."""
    return {**listing(event), "payload": event.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What sockets and handlers are told: that an event was dispatched or updated."""

    topic: str
    project: str | None
    user: str | None
    frame: str
    """The JSON text for the sockets, written once however many there are."""
    event: dict[str, object] = field(hash=False)
    """The same as a dict, for handlers in this process."""
    recipients: Collection[str] | None = None
    """The only users who may get it; None: everybody who may see the event."""
    is_update: bool = False


def dispatched(event: Event, *, store: bool, progress: float, recipients: Collection[str] | None) -> Message:
    """Return the message about a new event."""
    return _message(event, {"progress": progress, "store": store}, recipients, is_update=False)


def updated(event: Event, *, progress: float | None, recipients: Collection[str] | None) -> Message:
    """Return the message about a change; it carries the progress only if that was given."""
    extra: dict[str, object] = {} if progress is None else {"progress": progress}
    return _message(event, extra, recipients, is_update=True)


def _message(event: Event, extra: dict[str, object], recipients: Collection[str] | None, *, is_update: bool) -> Message:
    content = facts(event) | extra
    return Message(
        topic=event.topic,
        project=event.project,
        user=event.user,
        frame=json.dumps(content, ensure_ascii=False, separators=(",", ":")),
        event=content,
        recipients=None if recipients is None else tuple(recipients),
        is_update=is_update,
    )
