"""The services at work: they enroll for jobs, report on them, fail, and try again."""

from collections import Counter
from dataclasses import dataclass

from events.management.demo.client import Client
from events.management.demo.scene import WELL, Outcome, Scene
from events.management.demo.services import SERVICES, Service
from events.management.demo.trouble import Trouble
from events.status import OPEN, Status

ALL = 100
"""Per cent of a job."""
MEMORY = 5_000
"""How many events and jobs the calm stream remembers."""


@dataclass(slots=True, kw_only=True)
class Job:
    """A job that a service holds at the moment."""

    id: str
    service: Service
    sender: str
    outcome: Outcome
    about: dict[str, str]
    """What the descriptions are filled with."""
    summary: dict[str, object]
    progress: float = 0

    def told(self, text: str) -> str:
        """Fill a description in."""
        return text.format(**self.about)


class Crew:
    """All services of the studio, and what they know of the story."""

    def __init__(self, client: Client) -> None:
        """Start the services, as if they had been away: unfinished jobs of theirs come back to them."""
        self.client = client
        self.events: Counter[str] = Counter()
        """How many were stored, sent to sockets only, known already, and how many jobs had older sources."""
        self.jobs: dict[str, Status] = {}
        """In which state each job was left."""
        self.remarks: list[str] = []
        """What is worth a look."""
        self._scenes: dict[str, Scene] = {}
        self._logs: dict[str, list[str]] = {}
        self._to_restart: list[Job] = []
        self._idle = {service.target: list(service.senders) for service in SERVICES}
        """The workers that have nothing to do, by service; one that died over a job is in no list."""

    def dispatch(self, scene: Scene, depends_on: str | None = None) -> None:
        """Let a scene begin; a second leecher that reports the same is told that it is known."""
        reports = [scene.event()] + ([scene.event(scene.seen_by)] if scene.seen_by else [])
        for event in reports:
            event_id = self.client.dispatch({**event, "dependsOn": depends_on})
            if event_id is None:
                self.events["known"] += 1
            else:
                self.events["stored" if scene.store else "sent"] += 1
                self._scenes[event_id] = scene
                self.remarks += [scene.worth_a_look] if scene.worth_a_look else []

    def start(self, service: Service) -> Job | None:
        """Let a worker of the service ask for a job and begin it; None if there is no idle worker, or no job."""
        idle = self._idle[service.target]
        if not idle:
            return None
        given = self.client.enroll(service.request(idle[0]))
        source = self.client.get(given["dependsOn"]) if given else None
        if given is None or source is None:  # None: somebody has deleted it since
            return None
        scene = self._scenes.get(given["dependsOn"])
        if scene is not None:
            self._scenes[given["id"]] = scene
        elif given["id"] not in self.jobs:
            self.events["taken over"] += 1
        self.jobs[given["id"]] = Status(given["status"])
        # A source that is not of this story says less about itself.
        name = source["summary"].get("name") or source["description"] or source["topic"]
        job = Job(
            id=given["id"],
            service=service,
            sender=idle.pop(0),
            outcome=scene.outcomes.get(service.target, WELL) if scene else WELL,
            about={"name": str(name), "user": str(source["user"])},
            summary={"name": name, "entityId": source["summary"].get("entityId")},
        )
        if job.outcome.end != Status.PENDING:
            self._patch(job, Status.IN_PROGRESS, description=job.told(service.begun), progress=0)
        return job

    def advance(self, job: Job, progress: float) -> bool:
        """Let a worker go on with its job; tell whether it is through with it, well or not."""
        if job.outcome.end == Status.PENDING:
            return True  # the worker died before it began
        stops = job.outcome.end in (Status.IN_PROGRESS, Status.ABORTED)
        last = job.outcome.stopped_at if stops else ALL
        job.progress = min(progress, last)
        if job.progress < last or job.outcome.end == Status.IN_PROGRESS:
            self._patch(job, progress=round(job.progress, 1))
            return job.progress == last  # then the worker died
        self._end(job)
        self._idle[job.service.target].append(job.sender)
        return True

    def restart_failed(self) -> None:
        """Let people restart what the story leaves so; nobody takes it up yet."""
        for job in self._to_restart:
            self._patch(job, Status.RESTARTED, description=job.outcome.remark)
        self._to_restart.clear()

    def forget_old(self) -> None:
        """Forget what is long over, so that a stream may go on for days."""
        for memory in (self._scenes, self.jobs, self._logs):
            for old in list(memory)[:-MEMORY]:
                del memory[old]

    def _end(self, job: Job) -> None:
        """Let the job end as the story has it, unless somebody in the viewer was quicker."""
        found = self.client.get(job.id)
        if found is None or found["status"] not in OPEN:
            self.jobs[job.id] = Status(found["status"]) if found else Status.ABORTED
            return
        failed = self._logs.setdefault(job.id, [])
        if job.outcome.trouble is not None and len(failed) < job.outcome.failures:
            self._fail(job, job.outcome.trouble)
        elif job.outcome.end == Status.ABORTED:
            self._patch(job, Status.ABORTED, description=job.outcome.remark, summary=job.summary)
        else:
            payload = {"log": [*failed, *job.service.log], "error": None}
            description = job.told(job.service.done)
            self._patch(
                job, Status.FINISHED, description=description, summary=job.summary, payload=payload, progress=ALL
            )
            if job.outcome.then is not None:
                self.dispatch(job.outcome.then, depends_on=job.id)

    def _fail(self, job: Job, trouble: Trouble) -> None:
        """Let the job fail; once its retries are used up, see whether somebody restarts it."""
        log = self._logs[job.id]
        log.append(f"try {len(log) + 1}: {trouble.message}")
        self._patch(
            job,
            Status.FAILED,
            description=job.told(trouble.description),
            summary=job.summary,
            payload={"log": list(log), "error": {"message": trouble.message, "traceback": trouble.traceback}},
        )
        if len(log) <= job.service.max_retries:
            return
        if job.outcome.end == Status.RESTARTED:
            self._to_restart.append(job)
        elif job.outcome.restarted:
            self._patch(job, Status.RESTARTED, description=job.outcome.remark)

    def _patch(self, job: Job, status: Status | None = None, **changes: object) -> None:
        if status is not None:
            self.jobs[job.id] = status
            changes["status"] = status
        self.client.patch(job.id, job.sender, job.service.sender_type, changes)
