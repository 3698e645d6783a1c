"""Enroll: a source event in, a target event (the job) out, to exactly one worker."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from events import access, bus, claim, filters, glance, handover, message, refusals, topics, validation, watermark
from events.actor import Actor
from events.errors import Forbidden, InvalidField
from events.glance import Glance, Kind
from events.handover import Handover
from events.hashing import new_id
from events.models import Consumer, Event
from events.policies import Verb
from events.sources import Sources
from events.status import OPEN, Status
from events.update import write

ATTEMPTS = 16
"""How many sources one poll tries whose hash turns out to be taken."""
SENDER_TYPES_MAX = 100
"""How many sender types one request ignores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollRequest:
    """What a worker asks for."""

    sources: Sources
    sender: str | None = None
    """Who holds the job; the same sender gets its unfinished job back."""
    sender_type: str | None = None
    description: str | None = None
    """Of a new job; None: ``Convert from SOURCE to TARGET``."""
    sequential: bool = False
    """No job is handed out while another one of these sources is unfinished."""
    max_retries: int = 3
    """How often a failed job is handed out again."""

    def __post_init__(self) -> None:
        """Raise InvalidField for the first value that its field does not take."""
        validation.check_patterns("sourceTopic", self.sources.topics)
        if topics.is_wildcard(self.sources.target_topic):
            raise InvalidField("targetTopic", "Target topic must not contain wildcards")
        if not topics.is_topic(self.sources.target_topic):
            raise InvalidField("targetTopic", f"expected {topics.TOPIC_EXPECTED}")
        validation.check_text("sender", self.sender, validation.NAME_LENGTH)
        validation.check_text("senderType", self.sender_type, validation.NAME_LENGTH)
        validation.check_text("description", self.description, validation.DESCRIPTION_LENGTH)
        validation.check_texts("ignoreSenderTypes", self.sources.ignored_sender_types, SENDER_TYPES_MAX)
        validation.check_age("ignoreOlderThan", self.sources.max_age_days)
        validation.check_retries("maxRetries", self.max_retries)
        if self.sources.filter is not None:
            filters.condition_for(self.sources.filter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker gets: the target event, and the source that it depends on."""

    id: UUID
    depends_on: UUID
    hash: str
    status: str
    handover: Handover | None = None
    """How to take it back; None: the sender had it already."""


def enroll(request: EnrollRequest, by: Actor) -> Job | None:
    """Hand out one job, or None when there is nothing to do.

    In this order: the sender's own unfinished job again; a restarted job, or a failed one with retries
    left; the first source, in the order of changes, that has no job on the target topic. An idle poll
    writes nothing but, now and then, its own watermark.

    The claim of a source *is* the insert of its job: the hash is made of the target topic and the source's
    id, so of two workers the unique index lets one in. On PostgreSQL they do not even meet: each skips the
    sources and jobs that another one has locked. Sequential workers on one target topic wait for each other.

    Aborted jobs are done with. Raise Forbidden if the actor is no service.
    """
    request = _admitted(request, by)
    kind = _kind(request)
    seen = _look_around(request, kind)
    if seen.held or seen.others or not (seen.repeatable() or seen.source):
        return _held(seen, request)
    if not (request.sequential or seen.repeatable()):
        return _hand_out(seen, kind, request, by)
    with transaction.atomic():
        if request.sequential:
            _wait_for_turn(request)
            seen = _look(request, kind, glance.ENDLESS)
            if seen.held or seen.others:
                return _held(seen, request)
        return _hand_out_again(seen, kind, request, by) or _hand_out(seen, kind, request, by)


def enroll_batch(request: EnrollRequest, by: Actor, limit: int) -> list[Job]:
    """Hand out up to ``limit`` different jobs at once; none when there is nothing to do.

    Each by the rules of ``enroll``, in their order: first all unfinished jobs of the sender again, then those
    that are to be repeated, then those of sources that have none. In sequence it is one job at most.
    Raise Forbidden if the actor is no service.
    """
    if request.sequential or limit == 1:
        job = enroll(request, by)
        return [job] if job else []
    request = _admitted(request, by)
    kind = _kind(request)
    seen = _look_around(request, kind, even_if_held=True)
    jobs = _all_held(request, limit) if seen.held else []
    if not (seen.repeatable() or seen.source):
        return jobs
    with transaction.atomic():
        while len(jobs) < limit and (job := _hand_out_again(seen, kind, request, by)):
            jobs.append(job)
            seen = _look(request, kind, glance.STEP)  # where both kinds of jobs are repeated, the older one is next
        while len(jobs) < limit and (job := _hand_out(seen, kind, request, by)):
            jobs.append(job)
    return jobs


def _all_held(request: EnrollRequest, limit: int) -> list[Job]:
    """Return the unfinished jobs that the sender already has, oldest first."""
    held = request.sources.jobs().in_state(*OPEN).filter(sender=request.sender).defer("payload", "summary")
    return [_job(job) for job in held.order_by("creation_order")[:limit] if handover.renew(job)]


def _admitted(request: EnrollRequest, by: Actor) -> EnrollRequest:
    """Return the request within the actor's limits, or raise Forbidden; InvalidField if it filters by secrets."""
    if not access.may_enroll(by, target_topic=request.sources.target_topic):
        if not by.is_service:
            raise Forbidden("Only services can enroll for jobs")
        raise refusals.of_new(by, Verb.ENROLL, topic=request.sources.target_topic)
    if request.sources.filter is not None and not by.sees_secrets:
        filters.condition_for(request.sources.filter, hides_secrets=True)  # each job would confirm a guess
    limits = access.enroll_limits(by)
    return replace(request, sources=replace(request.sources, limits=limits)) if limits else request


def _kind(request: EnrollRequest) -> Kind:
    return Kind(request.sources.key(), request.sender is not None, request.sequential, request.sources)


def _look_around(request: EnrollRequest, kind: Kind, *, even_if_held: bool = False) -> Glance:
    """See what there is, however far from the watermark, and move that if it is time."""
    seen = _look(request, kind, glance.STEP)
    if watermark.turn_back(seen, request.sources):
        seen = _look(request, kind, glance.STEP)
    if (seen.held and not even_if_held) or seen.others:
        return seen
    has_seen_all = seen.source is not None or seen.newest <= seen.watermark + glance.STEP
    if has_seen_all and not watermark.is_far(seen):
        return seen
    is_known = watermark.move(seen, kind.key, request.sources)
    return seen if has_seen_all or not is_known else _look(request, kind, glance.ENDLESS)


def _look(request: EnrollRequest, kind: Kind, step: int) -> Glance:
    values: dict[str, object] = {"sender": request.sender, "max_retries": request.max_retries}
    seen = glance.look(kind, step=step, **values)
    if seen is None:
        watermark.consumer_for(request.sources)
        seen = glance.look(kind, step=step, **values)
    assert seen is not None  # noqa: S101 - for mypy: consumers stay
    return seen


def _held(seen: Glance, request: EnrollRequest) -> Job | None:
    """Return the unfinished job that the sender already has: after a crash it gets it back.

    Since the glance it may have been taken back from the sender's last life, and be another's by now.
    """
    if seen.held is None:
        return None
    held = Event.objects.filter(pk=seen.held, sender=request.sender).in_state(*OPEN)
    job = held.defer("payload", "summary").first()
    return _job(job) if job is not None and handover.renew(job) else None


def _wait_for_turn(request: EnrollRequest) -> None:
    """Wait for the other sequential workers on the target topic, who may be other consumers of the same sources."""
    consumers = Consumer.objects.filter(target_topic=request.sources.target_topic)
    consumers.select_for_update().order_by("pk").first()


def _hand_out(seen: Glance, kind: Kind, request: EnrollRequest, by: Actor) -> Job | None:
    """Make the job of the first source that nobody else has taken or is just taking."""
    if seen.source is None:
        return None
    low, refused = seen.source - 1, None
    for _ in range(ATTEMPTS):
        job = _new_job(request, by)
        if claim.source(kind, job, after=low, description=request.description or None):
            bus.publish_after_commit(message.dispatched(job, store=True, progress=0.0))
            return _job(job, handover.of_new(job))
        found = claim.position_of_next(kind, after=low)
        if found is None:
            return None
        # Its hash was taken when it was tried. If that was not just now, by its job, then another event has it.
        low, refused = (found, None) if found == refused else (found - 1, found)
    return None


def _new_job(request: EnrollRequest, by: Actor) -> Event:
    """Return a job without a source."""
    now = timezone.now()
    return Event(
        id=new_id(),
        topic=request.sources.target_topic,
        user=by.name,
        sender=request.sender,
        sender_type=request.sender_type,
        status=Status.PENDING,
        created_at=now,
        updated_at=now,
        creation_order=0,  # not drawn yet; see dispatch
        position=0,
    )


def _hand_out_again(seen: Glance, kind: Kind, request: EnrollRequest, by: Actor) -> Job | None:
    """Take a failed or restarted job over, the oldest that nobody else is just taking."""
    for state in seen.repeatable():
        if found := claim.repeatable(kind, state, max_retries=request.max_retries):
            columns: dict[str, object] = {
                "retries": found.retries + (state == Status.FAILED),
                "status": Status.PENDING,
                "description": "Restarting failed event",
                "user": by.name,
                "sender": request.sender,
                "sender_type": request.sender_type,
                "recipients": None,
            }
            job = write(found.id, columns, by)
            bus.publish_after_commit(message.updated(job, progress=None))
            return _job(job, handover.of_old(job, found))
    return None


def _job(event: Event, how: Handover | None = None) -> Job:
    assert event.depends_on_id is not None  # noqa: S101 - for mypy: all of them are jobs
    return Job(id=event.id, depends_on=event.depends_on_id, hash=event.hash, status=event.status, handover=how)
