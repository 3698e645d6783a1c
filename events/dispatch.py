"""Dispatch: a new event enters the stream."""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from events import access, attempts, bus, limits, message, position, refusals, trail, validation
from events.actor import SERVER, Actor
from events.errors import DependencyMissing, HashConflict, InvalidField
from events.hashing import new_id
from events.models import Event
from events.policies import Verb
from events.prepared import Statement, insert_if_new
from events.release import release
from events.status import Status

ATTEMPTS = 3
"""How often an event is stored whose hash was taken, by an event that is gone at the next look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """What the dispatcher says about an event; ``topic`` is all it has to say."""

    topic: str
    sender: str | None = None
    sender_type: str | None = None
    hash: str | None = None
    """What the event is about: of two with one hash, the first is stored. None: the event is like no other."""
    project: str | None = None
    user: str | None = None
    """Who is responsible; None: the dispatching actor."""
    depends_on: str | UUID | None = None
    description: str = ""
    summary: dict[str, object] = field(default_factory=dict)
    payload: dict[str, object] = field(default_factory=dict)
    finished: bool = True
    """False: the event is pending, something is still to be done about it."""
    store: bool = True
    """False: fire and forget; sockets and handlers are told, the database is not."""
    progress: float | None = None
    """Per cent, for the sockets; None: 100 if finished, else 0."""
    reuse: bool = False
    """If the hash exists: overwrite that event, which keeps its id, instead of refusing this one."""
    recipients: Collection[str] | None = None
    """The only users whose sockets are told; None: all that may see the event."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        validation.check_topic(self.topic)
        validation.check_text("sender", self.sender, validation.NAME_LENGTH)
        validation.check_text("senderType", self.sender_type, validation.NAME_LENGTH)
        validation.check_text("hash", self.hash, validation.HASH_LENGTH)
        validation.check_project(self.project)
        validation.check_text("user", self.user, validation.NAME_LENGTH)
        validation.check_text("description", self.description, validation.DESCRIPTION_LENGTH)
        validation.check_json("summary", self.summary)
        validation.check_json("payload", self.payload)
        validation.check_progress(self.progress)
        validation.check_texts("recipients", self.recipients, validation.RECIPIENTS_MAX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """What became of a new event that may be there already."""

    id: UUID
    created: bool
    """False: an event with this hash was there before, and the id is that one's; nothing was stored or told."""


def dispatch(new: NewEvent, by: Actor = SERVER) -> UUID:
    """Store the event and tell everybody who wants to know; return its id.

    The unique index on ``hash`` decides between two dispatchers: the second gets HashConflict, with the
    ``id`` of the first one's event in its details, if the actor may know of its project. Inside of a transaction
    all of it happens at the commit, or never. Raise Forbidden if the actor may not, DependencyMissing if
    ``depends_on`` is no event that the actor may know of, TooManyRequests above EVENTS_DISPATCH_RATE.
    """
    limits.admit_dispatch(by)
    if not access.may_dispatch(by, topic=new.topic, project=new.project, store=new.store):
        raise refusals.of_new(by, verb_of(new), topic=new.topic, project=new.project)
    event = event_for(new, by)
    if new.store:
        event = _store(event, by, reuse=new.reuse)
    bus.publish_after_commit(announcement(event, new))
    return event.id


def verb_of(new: NewEvent) -> Verb:
    """Return what it takes to make the event."""
    return Verb.DISPATCH if new.store else Verb.PUBLISH


def dispatch_once(new: NewEvent, by: Actor = SERVER) -> Dispatched:
    """Do as ``dispatch`` does, but take an event with the same hash for this one instead of refusing."""
    try:
        return Dispatched(id=dispatch(new, by), created=True)
    except HashConflict as conflict:
        if "id" not in conflict.details:
            raise
        return Dispatched(id=UUID(str(conflict.details["id"])), created=False)


def announcement(event: Event, new: NewEvent) -> message.Message:
    """Return what everybody is told about the event."""
    progress = new.progress if new.progress is not None else 100.0 * new.finished
    return message.dispatched(event, store=new.store, progress=progress)


def event_for(new: NewEvent, by: Actor) -> Event:
    """Return the event, not stored yet."""
    event_id = new_id()
    now = timezone.now()
    for_somebody_else = new.user is not None and new.user != by.name and access.may_name_user(by)
    return Event(
        id=event_id,
        hash=new.hash or event_id.hex,
        topic=new.topic,
        sender=new.sender,
        sender_type=new.sender_type,
        project=new.project,
        user=new.user if for_somebody_else else by.name,
        created_by=by.name if for_somebody_else else None,
        depends_on_id=None if new.depends_on is None else validation.parse_id("dependsOn", new.depends_on),
        status=Status.FINISHED if new.finished else Status.PENDING,
        description=new.description,
        summary=new.summary,
        payload=new.payload,
        recipients=None if new.recipients is None else list(new.recipients),
        created_at=now,
        updated_at=now,
        creation_order=0,  # not drawn yet; Django would make two placeholders for these, which takes a while
        position=0,
    )


def _store(event: Event, by: Actor, *, reuse: bool, attempts: int = ATTEMPTS) -> Event:
    _check_dependency(event, by)
    try:
        stored = insert(event)
    except IntegrityError:  # what it depends on has been deleted since the look
        _check_dependency(event, by)
        raise
    if stored:
        return event
    existing = Event.objects.filter(hash=event.hash).only("id", "project").first()
    if existing is None:  # the event that had the hash has been deleted since
        if attempts == 1:
            raise IntegrityError("the event with this hash comes and goes")
        return _store(event, by, reuse=reuse, attempts=attempts - 1)
    if not reuse:
        raise conflict_with(existing.id, existing.project, by)
    return _overwrite(existing.id, event, by)


def conflict_with(event_id: UUID, project: str | None, by: Actor) -> HashConflict:
    """Return the refusal of a hash; the id of the event that has it is told to nobody who may not know its project."""
    return HashConflict(id=event_id.hex) if access.knows_project(by, project) else HashConflict()


def _check_dependency(event: Event, by: Actor) -> None:
    if event.depends_on_id is None:
        return
    found = Event.objects.filter(pk=event.depends_on_id).values_list("project", flat=True)[:1]
    if not found or not access.knows_project(by, found[0]):
        raise DependencyMissing


def insert(event: Event) -> bool:
    """Store a new event at the end of the stream; return False, and store nothing, if its hash is taken."""
    with nullcontext() if position.drawn_by_the_table() else transaction.atomic():
        for column, number in position.stamp().items():
            setattr(event, column, number)
        row = _insertion().row(**{name: getattr(event, name) for name in stored_fields()})
    if row is None:
        return False
    event.creation_order, event.position = row
    event._state.adding = False  # noqa: SLF001 - as Django does when it has stored a row
    return True


@cache
def _insertion() -> Statement:
    return insert_if_new(Event, stored_fields(), returning=_NUMBERS)


@cache
def stored_fields() -> tuple[str, ...]:
    """Return the columns that an event brings along."""
    names = [each.attname for each in Event._meta.concrete_fields if each.name not in _LATER]
    return tuple(name for name in names if name not in _NUMBERS or not position.drawn_by_the_table())


_NUMBERS = ("creation_order", "position")
_LATER = ("started_at", "ended_at")
"""What a new event cannot have yet."""


def _overwrite(existing: UUID, event: Event, by: Actor) -> Event:
    """Let the new event take the old one's place: the id and when it was created stay.

    If the old one was a job, its source is free again, as if the job had been deleted.
    """
    with transaction.atomic():
        stored = Event.objects.select_for_update(no_key=True).filter(pk=existing).first()
        if stored is None:
            return _store(event, by, reuse=True)
        if not access.may_update(by, topic=stored.topic, project=stored.project, user=stored.user):
            raise refusals.of_event(by, Verb.UPDATE, stored, doing="replace")
        if not access.may_intervene(by, topic=stored.topic, project=stored.project, user=stored.user):
            raise refusals.of_event(by, Verb.OPERATE, stored, doing="replace")
        if event.depends_on_id == existing:
            raise InvalidField("dependsOn", "expected another event than the one with this hash")
        refusals.refuse_children(existing, by)
        if by is not SERVER:
            dispatch(NewEvent(**_replacement(stored, event, by)))
        event.id, event.created_at, event.creation_order = stored.id, stored.created_at, stored.creation_order
        event.position = position.moved()
        event.save(force_update=True)
        attempts.forget([existing])
        if stored.depends_on_id and (stored.depends_on_id, stored.topic) != (event.depends_on_id, event.topic):
            release([stored.depends_on_id])
    return event


def _replacement(old: Event, new: Event, by: Actor) -> dict[str, Any]:
    """Return the fields of the record that an event has taken an older one's place."""
    told = ("topic", *trail.TOLD)
    before, after = ({name: getattr(each, name) for name in told} for each in (old, new))
    return trail.entry(
        "event.replaced", f"{old.topic} replaced", by=by, id=old.id.hex, hash=old.hash, before=before, after=after
    )
