"""The door for Python code, in this server or in another Django project: ``from events import dispatch_event``."""

from collections.abc import Collection
from typing import TypedDict, Unpack
from uuid import UUID

from asgiref.sync import sync_to_async

from events.dispatch import NewEvent, dispatch
from events.hooks import subscribe
from events.update import EventChanges, update

__all__ = ["adispatch_event", "aupdate_event", "dispatch_event", "subscribe", "update_event"]


class NewEventFields(TypedDict, total=False):
    """The arguments of ``dispatch_event``; what each means is written at ``NewEvent``."""

    sender: str | None
    sender_type: str | None
    hash: str | None
    project: str | None
    user: str | None
    depends_on: str | UUID | None
    description: str
    summary: dict[str, object]
    payload: dict[str, object]
    finished: bool
    store: bool
    progress: float | None
    reuse: bool
    recipients: Collection[str] | None


class EventChangeFields(TypedDict, total=False):
    """The arguments of ``update_event``; what each means is written at ``EventChanges``."""

    sender: str | None
    sender_type: str | None
    project: str | None
    user: str | None
    status: str | None
    description: str | None
    summary: dict[str, object] | None
    payload: dict[str, object] | None
    retries: int | None
    progress: float | None
    recipients: Collection[str] | None


def dispatch_event(topic: str, **fields: Unpack[NewEventFields]) -> str:
    """Dispatch an event and return its id, 32 hexadecimal digits.

    Inside ``transaction.atomic()`` it is part of the transaction: rolled back, there is no event and no
    frame. Raise InvalidField, HashConflict (with the ``id`` of the event that has the hash) or
    DependencyMissing; then nothing has happened.
    """
    return dispatch(NewEvent(topic=topic, **fields)).hex


async def adispatch_event(topic: str, **fields: Unpack[NewEventFields]) -> str:
    """Do as ``dispatch_event`` does, in async code."""
    return await sync_to_async(dispatch_event)(topic, **fields)


def update_event(event_id: str | UUID, **changes: Unpack[EventChangeFields]) -> None:
    """Change an event; what is not given stays as it is, and ``progress`` is told to sockets only.

    Inside ``transaction.atomic()`` it is part of the transaction. Raise InvalidField or EventMissing; then
    nothing has happened.
    """
    update(event_id, EventChanges(**changes))


async def aupdate_event(event_id: str | UUID, **changes: Unpack[EventChangeFields]) -> None:
    """Do as ``update_event`` does, in async code."""
    await sync_to_async(update_event)(event_id, **changes)
