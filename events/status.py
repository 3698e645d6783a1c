"""The states of an event, written down once; the database refuses any other."""

from django.db import models


class Status(models.TextChoices):
    """Where an event stands. Any state may follow any other: services decide, the server records."""

    PENDING = "pending"
    """Not begun: dispatched with ``finished=False``, or a job that was just handed out."""
    IN_PROGRESS = "in_progress"
    """A worker is at it."""
    FINISHED = "finished"
    """Done. One-shot events are born so, and only finished events are sources of jobs."""
    FAILED = "failed"
    """Ended badly; enroll hands it out again until its retries are used up."""
    ABORTED = "aborted"
    """Ended on purpose; never handed out again unless somebody restarts it."""
    RESTARTED = "restarted"
    """Asked to run again; the next enroll hands it out, whatever its retries."""


OPEN = (Status.PENDING, Status.IN_PROGRESS)
"""A job in one of these states has a holder."""
