"""The event: what happened, or what is to be done."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.utils import timezone

from events.hashing import new_id
from events.position import NextPosition, NumberAtCreation
from events.queryset import EventQuerySet, jobs_in, jobs_told_of, told_of
from events.status import OPEN, Status
from events.validation import HASH_LENGTH, NAME_LENGTH, TOPIC_LENGTH

if TYPE_CHECKING:
    TextColumn = models.CharField[str, str]
else:
    TextColumn = models.CharField


class TopicField(TextColumn):
    """Text that is compared by code point, whatever the locale of the database, as SQLite and Python do it.

    An index then serves prefixes too, and ``conditions.begins_with`` means the same everywhere.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """Return the type of the column, and its collation on PostgreSQL; SQLite's own is the right one."""
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class Event(models.Model):
    """One event of the stream. Written by the verbs in ``dispatch``, ``update``, ``enroll`` and ``delete`` only."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hash = models.CharField(max_length=HASH_LENGTH)
    """What the event is about, so that it is stored once; the id if the sender gives none."""
    topic = TopicField(max_length=TOPIC_LENGTH)
    sender = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)
    """The process that dispatched or last changed the event: a service, or a browser tab."""
    sender_type = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)
    project = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)
    """A name and no reference: the event outlives the project."""
    user = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)
    """Who made the event or is responsible for it; a name and no reference."""
    created_by = models.CharField(max_length=NAME_LENGTH, null=True, blank=True)
    """The actor that dispatched the event, if it did so in somebody else's name."""
    depends_on = models.ForeignKey(
        "self", models.DO_NOTHING, null=True, blank=True, related_name="children", db_index=False
    )
    """The event that caused this one; the source, if this is a job. The database refuses to delete it first."""
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.FINISHED)
    retries = models.IntegerField(default=0)
    """How often the job was handed out again after it had failed."""
    description = models.TextField(default="", blank=True)
    summary = models.JSONField(default=dict, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    recipients = models.JSONField(null=True, blank=True, editable=False)
    """The only users who may be told of the last change; None: everybody who may see the event."""
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, editable=False)
    """When the latest attempt was begun; ``events.attempts`` has the earlier ones."""
    ended_at = models.DateTimeField(null=True, editable=False)
    """When the latest attempt finished, failed or was aborted; None also for what was dispatched as finished."""
    creation_order = models.BigIntegerField(unique=True, db_default=NextPosition(), editable=False)
    """The position at creation; it never changes and is what lists are paged by."""
    position = models.BigIntegerField(unique=True, db_default=NumberAtCreation(), editable=False)
    """The place in the stream; see ``events.position``."""

    objects = EventQuerySet.as_manager()

    class Meta:
        permissions = [
            ("operate_event", "Can restart, abort and delete events"),
            ("view_secrets", "Can see values that look like secrets"),
        ]
        constraints = [
            # not ``unique`` of the field, to which Django adds an index for LIKE on PostgreSQL, which nobody asks
            models.UniqueConstraint(name="event_hash_once", fields=["hash"]),
            models.CheckConstraint(name="event_status_valid", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="event_retries_not_negative", condition=Q(retries__gte=0)),
            models.CheckConstraint(name="event_position_drawn", condition=Q(position__gt=0, creation_order__gt=0)),
        ]
        indexes = [
            # serves: enroll's next source of one topic
            models.Index(name="event_topic_position", fields=["topic", "position"]),
            # serves: pages of one topic
            models.Index(name="event_topic_order", fields=["topic", "creation_order"]),
            # serves: pages of one project
            models.Index(name="event_project_order", fields=["project", "creation_order"]),
            # serves: a user's own events
            models.Index(name="event_user_order", fields=["user", "creation_order"]),
            # serves: pages between two dates
            models.Index(name="event_created_at", fields=["created_at"]),
            # serves: the children of an event, enroll's "has it a job?", and the check of the foreign key
            models.Index(name="event_children", fields=["depends_on", "topic"], condition=Q(depends_on__isnull=False)),
            # serves: the unfinished jobs of one sender, and of all, for enroll
            models.Index(name="event_open_jobs", fields=["topic", "sender"], condition=jobs_in(*OPEN)),
            # serves: enroll's failed jobs, without walking over those that failed for good
            models.Index(name="event_failed_jobs", fields=["topic", "retries"], condition=jobs_in(Status.FAILED)),
            # serves: enroll's restarted jobs
            models.Index(name="event_restarted_jobs", fields=["topic"], condition=jobs_in(Status.RESTARTED)),
            # serves: how many jobs of each topic wait, and which of them has waited the longest
            models.Index(
                name="event_waiting_jobs",
                fields=["topic", "creation_order"],
                condition=jobs_told_of(Status.PENDING, Status.RESTARTED),
            ),
            # serves: how many jobs of each topic run
            models.Index(
                name="event_running_jobs",
                fields=["topic", "creation_order"],
                condition=jobs_told_of(Status.IN_PROGRESS),
            ),
            # serves: the latest failures of each topic
            models.Index(
                name="event_failed_order", fields=["topic", "creation_order"], condition=told_of(Status.FAILED)
            ),
            # serves: pages of one status other than finished
            models.Index(
                name="event_status_order",
                fields=["status", "creation_order"],
                condition=~Q(status=Status.FINISHED),
            ),
        ]

    def __str__(self) -> str:
        """Say what the event is about."""
        return f"{self.topic}: {self.description}" if self.description else self.topic
