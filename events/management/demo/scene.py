"""What a story is made of: a scene is an event that somebody dispatches, and how the jobs made of it go."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from events.management.demo.trouble import Trouble
from events.status import Status

FOR_GOOD = 99
"""More failures than any service has retries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one job of a scene goes, if not simply well."""

    trouble: Trouble | None = None
    failures: int = 0
    """How often it fails before it succeeds."""
    end: Status = Status.FINISHED
    """PENDING and IN_PROGRESS: the worker dies over it, before or after it has begun."""
    stopped_at: int = 60
    """Per cent that were done when it was aborted, or its worker died."""
    restarted: bool = False
    """Somebody restarts it at once when its retries are used up; with RESTARTED as the end, when all is over."""
    remark: str = ""
    """The description when somebody aborts or restarts it."""
    then: "Scene | None" = None
    """What the worker dispatches when it has done it."""


WELL = Outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One thing that happens at the studio."""

    topic: str
    sender: str
    sender_type: str = "api"
    project: str | None = None
    user: str | None = None
    description: str
    summary: Mapping[str, object] = field(default_factory=dict)
    payload: Mapping[str, object] = field(default_factory=dict)
    hash: str | None = None
    seen_by: str | None = None
    """A second leecher that reports the same thing, and is told that it is known."""
    store: bool = True
    stored: int = 1
    """How many events come of it if all goes well, jobs included."""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    """By target topic."""
    worth_a_look: str = ""
    """What the last words of the demo say of it."""

    def event(self, sender: str | None = None) -> dict[str, object]:
        """Return what to dispatch; ``sender``: somebody else who reports the same."""
        return {
            "topic": self.topic,
            "sender": sender or self.sender,
            "senderType": self.sender_type,
            "project": self.project,
            "user": self.user,
            "description": self.description,
            "summary": dict(self.summary),
            "payload": dict(self.payload),
            "hash": self.hash,
            "store": self.store,
        }
