"""What the overview tells of jobs: what waits for whom, who works, and how long it takes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.safestring import SafeString

from events.admin import render
from events.catalogue import latest_changes
from events.models import Event
from events.queryset import EventQuerySet
from events.status import Status

MOST = 5_000
"""Events of one state, the oldest, among which waiting and running jobs are counted."""
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
    running: int = 0
    failed: int = 0
    oldest: Event | None = None
    """The waiting job that was created first."""
    wait: timedelta = timedelta()
    """For how long it has been waiting."""

    @property
    def waits(self) -> str:
        """Return that in words."""
        return render.duration(self.wait)


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


def queues_of(readable: EventQuerySet) -> list[Queue]:
    """Return the target topics with unsettled jobs: most failures first, then the longest wait, then most at work."""
    queues: defaultdict[str, Queue] = defaultdict(lambda: Queue(topic=""))
    # All that have failed: enroll's index of them has the topic, and nothing is read beside.
    failed = readable.in_state(Status.FAILED).order_by().values_list("topic").annotate(count=Count("*"))
    for topic, count in failed:
        queues[topic].failed = count
    for topic, _ in _first(readable, Status.IN_PROGRESS):
        queues[topic].running += 1
    oldest: dict[str, int] = {}
    for status in (Status.PENDING, Status.RESTARTED):
        for topic, place in _first(readable, status):
            queues[topic].waiting += 1
            oldest[topic] = min(place, oldest.get(topic, place))
    found = readable.filter(creation_order__in=oldest.values()).only("topic", "updated_at")
    for job in found:
        queues[job.topic].oldest = job
        queues[job.topic].wait = timezone.now() - job.updated_at
    for topic, queue in queues.items():
        queue.topic = topic
    return sorted(queues.values(), key=lambda each: (-each.failed, -each.wait, -each.running, each.topic))


def _first(readable: EventQuerySet, status: Status) -> Iterable[tuple[str, int]]:
    """Return topic and place of the jobs among the MOST oldest events of a state."""
    # Their places come from the index alone: PostgreSQL would rather sort all that there are.
    events = Event.objects.filter(status=status).exclude(status=Status.FINISHED).order_by("creation_order")
    found = readable.filter(creation_order__in=events.values("creation_order")[:MOST], depends_on__isnull=False)
    return found.values_list("topic", "creation_order")


def work_of(readable: EventQuerySet) -> Work:
    """Return the senders that were seen last, and the topics whose jobs take longest."""
    changes = latest_changes(RECENT, TOPICS)
    latest = readable.filter(changes or Q(pk__in=())).order_by("-position")
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
