"""The door for Python code, in this server or in another Django project: ``from events import dispatch_event``."""

from collections.abc import Collection, Iterable
from typing import Required, TypedDict, Unpack
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import transaction

from events.batch import dispatch_batch
from events.dispatch import Dispatched, NewEvent, dispatch
from events.errors import EventError, InvalidField
from events.hooks import subscribe
from events.update import EventChanges, update

__all__ = [
    "adispatch_event",
    "adispatch_events",
    "aupdate_event",
    "dispatch_event",
    "dispatch_events",
    "subscribe",
    "update_event",
]


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


class EventFields(NewEventFields, total=False):
    """One event for ``dispatch_events``."""

    topic: Required[str]


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


def dispatch_events(events: Iterable[EventFields]) -> list[str]:
    """Dispatch up to 1000 events, ``{"topic": …, …}`` each, and return their ids in their order.

    The id of an event whose hash is taken is that of the event that has it. All of them or none: raise
    InvalidField (with a note that tells which event) or DependencyMissing, and nothing has happened.
    """
    batch = []
    for index, fields in enumerate(events):
        try:
            batch.append(NewEvent(**fields))
        except InvalidField as error:
            error.add_note(f"in event {index}")
            raise
    with transaction.atomic():
        outcomes = dispatch_batch(batch)
        for outcome in outcomes:
            if isinstance(outcome, EventError):
                raise outcome
    return [outcome.id.hex for outcome in outcomes if isinstance(outcome, Dispatched)]


async def adispatch_events(events: Iterable[EventFields]) -> list[str]:
    """Do as ``dispatch_events`` does, in async code."""
    return await sync_to_async(dispatch_events)(events)


def update_event(event_id: str | UUID, **changes: Unpack[EventChangeFields]) -> None:
    """Change an event; what is not given stays as it is, and ``progress`` is told to sockets only.

    Inside ``transaction.atomic()`` it is part of the transaction. Raise InvalidField or EventMissing; then
    nothing has happened.
    """
    update(event_id, EventChanges(**changes))


async def aupdate_event(event_id: str | UUID, **changes: Unpack[EventChangeFields]) -> None:
    """Do as ``update_event`` does, in async code."""
    await sync_to_async(update_event)(event_id, **changes)
