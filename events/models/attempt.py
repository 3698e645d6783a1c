"""What became of the earlier attempts at an event; its own row knows the latest."""

from django.db import models

from events.status import Status
from events.validation import NAME_LENGTH


class Attempt(models.Model):
    """One time that somebody worked on an event, or had it to work on. Written by ``events.attempts`` only."""

    event = models.ForeignKey("Event", models.DO_NOTHING, related_name="attempts", db_constraint=False)
    """Whoever deletes the event deletes these, too; nothing else depends on it."""
    sender = models.CharField(max_length=NAME_LENGTH, null=True)
    """Who was at it."""
    status = models.CharField(max_length=16, choices=Status.choices)
    """How it ended; ``in_progress``: it was taken away."""
    description = models.TextField()
    """What was said of it last, or the beginning of that."""
    started_at = models.DateTimeField(null=True)
    """None: nobody said that it was begun."""
    ended_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField()
    """When the event was handed out again, or restarted."""
    left_as = models.CharField(max_length=16, choices=Status.choices)
    """``pending``: it was handed out again; ``restarted``: somebody asked for that."""

    def __str__(self) -> str:
        """Say who, and how it ended."""
        return f"{self.sender}: {self.status}"
