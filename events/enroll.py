"""Enroll: a source event in, a target event (the job) out, to exactly one worker."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from events import access, bus, message, position, topics, validation
from events.actor import Actor
from events.dispatch import insert
from events.errors import Forbidden, InvalidField
from events.hashing import job_hash, new_id
from events.models import Consumer, Event
from events.queryset import EventQuerySet
from events.status import OPEN, Status
from events.watermark import Sources, consumer_for, has_work

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker gets: the target event, and the source that it depends on."""

    id: UUID
    depends_on: UUID
    hash: str
    status: str


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
    if not access.may_enroll(by):
        raise Forbidden("Only services can enroll for jobs")
    if (held := _held(request)) or (request.sequential and _open_jobs(request).exists()):
        return held
    consumer = consumer_for(request.sources)
    if not has_work(consumer, request.sources) and not _retryable(request).exists():
        return None
    taken: set[UUID] = set()
    while len(taken) < ATTEMPTS:
        source_ids: list[UUID] = []
        try:
            with transaction.atomic():
                return _claim(request, consumer, by, taken, source_ids)
        except IntegrityError:  # somebody else was first
            taken.update(source_ids)
    return None


def _claim(request: EnrollRequest, consumer: Consumer, by: Actor, taken: set[UUID], tried: list[UUID]) -> Job | None:
    """Take the first job that is to be had, with its row locked; ``tried`` tells the caller which source."""
    if request.sequential:
        _wait_for_turn(request)
        if (held := _held(request)) or _open_jobs(request).exists():
            return held
    if job := _locked(_retryable(request), request).first():
        return _hand_out_again(job, request, by)
    waiting = request.sources.without_job(changed_since=request.sources.oldest()).after(consumer.watermark)
    source = _locked(waiting.exclude(pk__in=taken), request).defer("payload", "summary").first()
    if source is None:
        return None
    tried.append(source.id)
    return _hand_out(source, request, by)


def _wait_for_turn(request: EnrollRequest) -> None:
    """Wait for the other sequential workers on the target topic, who may be other consumers of the same sources."""
    consumers = Consumer.objects.filter(target_topic=request.sources.target_topic)
    consumers.select_for_update().order_by("pk").first()


def _locked(events: EventQuerySet, request: EnrollRequest) -> EventQuerySet:
    """Lock what is read, and pass by what others have locked; in sequence there is no passing by."""
    return events.select_for_update(skip_locked=not request.sequential, no_key=True, of=("self",))


def _hand_out(source: Event, request: EnrollRequest, by: Actor) -> Job:
    """Make the job of a source."""
    now = timezone.now()
    target_topic = request.sources.target_topic
    job = Event(
        id=new_id(),
        hash=job_hash(target_topic, source.id),
        topic=target_topic,
        depends_on_id=source.id,
        project=source.project,
        user=by.name,
        sender=request.sender,
        sender_type=request.sender_type,
        status=Status.PENDING,
        description=request.description or f"Convert from {source.topic} to {target_topic}",
        created_at=now,
        updated_at=now,
    )
    insert(job)
    bus.publish_after_commit(message.dispatched(job, store=True, progress=0.0, recipients=None))
    return _job(job)


def _hand_out_again(job: Event, request: EnrollRequest, by: Actor) -> Job:
    """Take a failed or restarted job over."""
    job.retries += job.status == Status.FAILED
    job.status = Status.PENDING
    job.description = "Restarting failed event"
    job.user, job.sender, job.sender_type = by.name, request.sender, request.sender_type
    job.updated_at = timezone.now()
    job.position = position.moved()
    job.save(
        update_fields=[
            *("status", "retries", "description", "user", "sender", "sender_type"),
            *("updated_at", "position"),
        ]
    )
    bus.publish_after_commit(message.updated(job, progress=None, recipients=None))
    return _job(job)


def _held(request: EnrollRequest) -> Job | None:
    """Return the unfinished job that the sender already has: after a crash it gets it back."""
    job = _open_jobs(request).filter(sender=request.sender).order_by("creation_order").first()
    return _job(job) if job else None


def _open_jobs(request: EnrollRequest) -> EventQuerySet:
    """Return the jobs that somebody holds."""
    return _jobs(request).filter(status__in=OPEN)


def _retryable(request: EnrollRequest) -> EventQuerySet:
    """Return the jobs to hand out again, oldest first; age forgives a restart, not a failure."""
    failed = Q(status=Status.FAILED, retries__lt=request.max_retries)
    if oldest := request.sources.oldest():
        failed &= Q(depends_on__updated_at__gte=oldest)
    return _jobs(request).filter(Q(status=Status.RESTARTED) | failed).order_by("creation_order")


def _jobs(request: EnrollRequest) -> EventQuerySet:
    """Return the jobs on the target topic whose source is one that the request asks for."""
    sources = request.sources.matching().filter(pk=OuterRef("depends_on"))
    return Event.objects.jobs_on(request.sources.target_topic).filter(Exists(sources))


def _job(event: Event) -> Job:
    assert event.depends_on_id is not None  # noqa: S101 - for mypy: all of them come from _jobs or _hand_out
    return Job(id=event.id, depends_on=event.depends_on_id, hash=event.hash, status=event.status)
