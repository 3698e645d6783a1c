"""What the overview tells of jobs: what waits for whom, who works, and how long it takes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.safestring import SafeString

from events import catalogue
from events.admin import render
from events.models import Event
from events.queryset import EventQuerySet, jobs_told_of
from events.status import Status

WAITING, RUNNING = jobs_told_of(Status.PENDING, Status.RESTARTED), jobs_told_of(Status.IN_PROGRESS)
MOST = 5_000
"""Waiting and running jobs of each topic that are counted: the oldest."""
RECENT = 20
"""Changes of each topic that workers and durations are told from: the latest."""
TOPICS = 60
"""Topics that this is told of: those on which something has changed the latest."""
LINES = 10
"""Lines of each table."""


@dataclass(slots=True, kw_only=True)
class Queue:
    """The jobs of one target topic that are not settled."""

    topic: str
    waiting: int = 0
    """Pending or restarted."""
    has_more_waiting: bool = False
    """Not all of them are counted."""
    running: int = 0
    has_more_running: bool = False
    failed: int = 0
    oldest: Event | None = None
    """The waiting job that was created first."""
    wait: timedelta = timedelta()
    """For how long it has been waiting."""

    @property
    def waits(self) -> str:
        """Return that in words."""
        return render.duration(self.wait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The jobs that are not settled."""

    queues: list[Queue]
    has_more_topics: bool
    """There are more target topics than are looked up."""

    @property
    def waiting(self) -> int:
        """Return how many wait on all topics."""
        return sum(queue.waiting for queue in self.queues)

    @property
    def has_more_waiting(self) -> bool:
        """Tell whether not all of them are counted."""
        return self.has_more_topics or any(queue.has_more_waiting for queue in self.queues)

    @property
    def running(self) -> int:
        """Return how many are being done."""
        return sum(queue.running for queue in self.queues)

    @property
    def has_more_running(self) -> bool:
        """Tell whether not all of them are counted."""
        return self.has_more_topics or any(queue.has_more_running for queue in self.queues)

    @property
    def failed(self) -> int:
        """Return how many have failed; all are counted."""
        return sum(queue.failed for queue in self.queues)


@dataclass(slots=True, kw_only=True)
class Worker:
    """A process that has changed events."""

    sender: str
    kind: str | None
    last: datetime
    topics: list[str] = field(default_factory=list)
    """What it has changed events of, the latest first."""

    @property
    def seen(self) -> SafeString:
        """Return when it was seen last, as the page shows it."""
        return render.short_time(self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long jobs of one topic take, from their beginning to their end."""

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


def backlog_of(readable: EventQuerySet) -> Backlog:
    """Return the target topics with unsettled jobs: most failures first, then the longest wait, then most at work."""
    queues: defaultdict[str, Queue] = defaultdict(lambda: Queue(topic=""))
    # All that have failed: enroll's index of them has the topic, and nothing is read beside.
    failed = readable.in_state(Status.FAILED).order_by().values_list("topic").annotate(count=Count("*"))
    for topic, count in failed:
        queues[topic].failed = count
    running, waiting = (catalogue.topics_of(kind, MOST) for kind in (RUNNING, WAITING))
    for topic, count, _ in _counted(readable, RUNNING, running):
        queues[topic].running, queues[topic].has_more_running = count, running[topic].beyond is not None
    oldest = []
    for topic, count, first in _counted(readable, WAITING, waiting):
        queues[topic].waiting, queues[topic].has_more_waiting = count, waiting[topic].beyond is not None
        oldest.append(first)
    found = readable.filter(creation_order__in=oldest).only("topic", "updated_at")
    for job in found:
        queues[job.topic].oldest = job
        queues[job.topic].wait = timezone.now() - job.updated_at
    for topic, queue in queues.items():
        queue.topic = topic
    lines = sorted(queues.values(), key=lambda each: (-each.failed, -each.wait, -each.running, each.topic))
    return Backlog(queues=lines, has_more_topics=max(len(running), len(waiting)) >= catalogue.MOST)


def _counted(readable: EventQuerySet, kind: Q, topics: dict[str, catalogue.Stretch]) -> Iterable[tuple[str, int, int]]:
    """Return how many of the jobs that are counted each topic has, and the oldest.

    Those are the same for everybody, whatever of them one may read.
    """
    parts = [Q(kind, topic=topic, creation_order__lt=end) for topic, (_, end) in topics.items() if end is not None]
    # The kind is in each part, or SQLite does not use its index.
    parts.append(Q(kind, topic__in=[topic for topic, (_, end) in topics.items() if end is None]))
    counted = readable.filter(Q(*parts, _connector=Q.OR)).order_by().values_list("topic")
    return counted.annotate(count=Count("*"), first=Min("creation_order"))


def work_of(readable: EventQuerySet) -> Work:
    """Return the senders that were seen last, and the topics whose jobs take longest."""
    latest = readable.filter(catalogue.latest_changes(RECENT, TOPICS)).order_by("-position")
    begin = Coalesce("started_at", "created_at")
    facts = ("sender", "sender_type", "topic", "status", "depends_on", begin, "updated_at", "ended_at")
    workers: dict[str, Worker] = {}
    lengths: dict[str, list[timedelta]] = defaultdict(list)
    for sender, kind, topic, status, source, begun, updated, ended in latest.values_list(*facts):
        if sender:
            # An operator who restarts or aborts it changes the event in nobody's name: its sender was there before.
            seen = begun if status in (Status.RESTARTED, Status.ABORTED) else updated
            worker = workers.setdefault(sender, Worker(sender=sender, kind=kind, last=seen))
            worker.last = max(worker.last, seen)
            if topic not in worker.topics:
                worker.topics.append(topic)
        if source and ended and status == Status.FINISHED:  # what was dispatched as finished is no work
            lengths[topic].append(ended - begun)
    seen = sorted(workers.values(), key=lambda worker: worker.last, reverse=True)
    return Work(workers=seen[:LINES], slowest=_slowest(lengths))


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
