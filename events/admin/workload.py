"""What the overview tells of jobs: what waits for whom, who works, and how long it takes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status

MOST = 5_000
"""Jobs of one state that are counted: the newest failures, and of the others the oldest."""
RECENT = 1_000
"""Changes that workers and durations are told from: the latest."""
LINES = 10
"""Lines of each table."""


@dataclass(slots=True, kw_only=True)
class Queue:
    """The jobs of one target topic that are not settled."""

    topic: str
    waiting: int = 0
    """Pending or restarted."""
    running: int = 0
    failed: int = 0
    oldest: Event | None = None
    """The waiting job that was created first."""
    waits: str = ""
    """For how long it has been waiting."""


@dataclass(slots=True, kw_only=True)
class Worker:
    """A process that has changed events."""

    sender: str
    kind: str | None
    seen: SafeString
    topics: list[str] = field(default_factory=list)
    """What it has changed events of, the latest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long jobs of one topic take, from their creation to their end."""

    topic: str
    typical: str
    """The median."""
    longest: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the latest changes tell."""

    workers: list[Worker]
    slowest: list[Pace]


def queues_of(readable: EventQuerySet) -> list[Queue]:
    """Return the target topics with unsettled jobs; those with most to do come first."""
    found: dict[str, Queue] = {}
    first: dict[int, Queue] = {}
    for status in (Status.PENDING, Status.RESTARTED, Status.IN_PROGRESS, Status.FAILED):
        for topic, count, oldest in _counted(readable, status):
            queue = found.setdefault(topic, Queue(topic=topic))
            if status == Status.IN_PROGRESS:
                queue.running += count
            elif status == Status.FAILED:
                queue.failed += count
            else:
                queue.waiting += count
                first[oldest] = queue
    candidates = readable.filter(creation_order__in=list(first)).defer("payload", "summary")
    for event in candidates.order_by("-creation_order"):
        queue = first[event.creation_order]
        queue.oldest = event
        queue.waits = render.duration(timezone.now() - event.updated_at)
    return sorted(found.values(), key=lambda queue: (-queue.waiting, -queue.running, -queue.failed, queue.topic))


def _counted(readable: EventQuerySet, status: Status) -> Iterable[tuple[str, int, int]]:
    """Return the topics of the jobs in a state, how many each has, and its oldest's place: of MOST jobs at most."""
    jobs = readable.filter(depends_on__isnull=False, status=status).exclude(status=Status.FINISHED)
    jobs = jobs.order_by("-creation_order" if status == Status.FAILED else "creation_order")
    places: dict[str, list[int]] = defaultdict(list)
    # Counted here: the database would look each of them up a second time to group them.
    for topic, place in jobs.values_list("topic", "creation_order")[:MOST]:
        places[topic].append(place)
    return [(topic, len(each), min(each)) for topic, each in places.items()]


def work_of(readable: EventQuerySet) -> Work:
    """Return the senders that were seen last, and the topics whose jobs take longest."""
    newest = Event.objects.order_by("-position").values_list("position", flat=True).first() or 0
    latest = readable.filter(position__gt=newest - RECENT).order_by("-position")
    facts = ("sender", "sender_type", "topic", "status", "depends_on", "created_at", "updated_at")
    workers: dict[str, Worker] = {}
    lengths: dict[str, list[timedelta]] = defaultdict(list)
    for sender, kind, topic, status, source, created, updated in latest.values_list(*facts):
        if sender:
            worker = workers.get(sender)
            if worker is None:
                worker = workers[sender] = Worker(sender=sender, kind=kind, seen=render.short_time(updated))
            if topic not in worker.topics:
                worker.topics.append(topic)
        if source and status == Status.FINISHED:
            lengths[topic].append(updated - created)
    return Work(workers=list(workers.values())[:LINES], slowest=_slowest(lengths))


def _slowest(lengths: dict[str, list[timedelta]]) -> list[Pace]:
    medians = {topic: sorted(each)[len(each) // 2] for topic, each in lengths.items()}
    return [
        Pace(
            topic=topic,
            typical=render.duration(medians[topic]),
            longest=render.duration(max(lengths[topic])),
            count=len(lengths[topic]),
        )
        for topic in sorted(medians, key=lambda topic: -medians[topic])[:LINES]
    ]
