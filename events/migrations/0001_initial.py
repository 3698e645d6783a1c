"""The tables of the event system, and the counter that positions are drawn from."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Lower

import events.hashing
import events.models.event
import events.position
from events.conditions import OneOf


def create_counter(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make what ``events.position`` draws from. The sequence must not get a cache: see there."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE events_position")
    else:
        schema_editor.execute("CREATE TABLE events_position (value INTEGER NOT NULL)")
        schema_editor.execute("INSERT INTO events_position VALUES (0)")


def drop_counter(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it."""
    what = "SEQUENCE" if schema_editor.connection.vendor == "postgresql" else "TABLE"
    schema_editor.execute(f"DROP {what} events_position")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(create_counter, drop_counter),
        migrations.CreateModel(
            name="Consumer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(editable=False, max_length=64, unique=True)),
                ("target_topic", models.CharField(max_length=65)),
                ("source_topics", models.JSONField()),
                ("filter", models.JSONField(null=True)),
                ("ignored_sender_types", models.JSONField()),
                ("max_age_days", models.IntegerField()),
                ("watermark", models.BigIntegerField(default=0)),
                ("settled_since", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="AccessToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("name", models.CharField(max_length=100)),
                ("preview", models.CharField(editable=False, max_length=8)),
                (
                    "wait_seconds",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Seconds, 0 to 8, that requests for jobs wait if they do not say how long.",
                        validators=[django.core.validators.MaxValueValidator(8)],
                        verbose_name="wait for jobs",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("wait_seconds__lte", 8)), name="apikey_wait_valid")
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(default=events.hashing.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("hash", models.CharField(max_length=512)),
                ("topic", events.models.event.TopicField(max_length=65)),
                ("sender", models.CharField(blank=True, max_length=255, null=True)),
                ("sender_type", models.CharField(blank=True, max_length=255, null=True)),
                ("project", models.CharField(blank=True, max_length=255, null=True)),
                ("user", models.CharField(blank=True, max_length=255, null=True)),
                ("created_by", models.CharField(blank=True, max_length=255, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pending"),
                            ("in_progress", "In Progress"),
                            ("finished", "Finished"),
                            ("failed", "Failed"),
                            ("aborted", "Aborted"),
                            ("restarted", "Restarted"),
                        ],
                        default="finished",
                        max_length=16,
                    ),
                ),
                ("retries", models.IntegerField(default=0)),
                ("description", models.TextField(blank=True, default="")),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("payload", models.JSONField(blank=True, default=dict)),
                ("recipients", models.JSONField(blank=True, editable=False, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "creation_order",
                    models.BigIntegerField(db_default=events.position.NextPosition(), editable=False, unique=True),
                ),
                (
                    "position",
                    models.BigIntegerField(db_default=events.position.NumberAtCreation(), editable=False, unique=True),
                ),
                (
                    "depends_on",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="children",
                        to="events.event",
                    ),
                ),
            ],
            options={
                "permissions": [("operate_event", "Can restart, abort and delete events")],
                "indexes": [
                    models.Index(fields=["topic", "position"], name="event_topic_position"),
                    models.Index(fields=["topic", "creation_order"], name="event_topic_order"),
                    models.Index(fields=["project", "creation_order"], name="event_project_order"),
                    models.Index(fields=["user", "creation_order"], name="event_user_order"),
                    models.Index(fields=["created_at"], name="event_created_at"),
                    models.Index(
                        condition=models.Q(("depends_on__isnull", False)),
                        fields=["depends_on", "topic"],
                        name="event_children",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("depends_on__isnull", False),
                            OneOf(Lower("status"), ["pending", "in_progress"]),
                        ),
                        fields=["topic", "sender"],
                        name="event_open_jobs",
                    ),
                    models.Index(
                        condition=models.Q(("depends_on__isnull", False), OneOf(Lower("status"), ["failed"])),
                        fields=["topic", "retries"],
                        name="event_failed_jobs",
                    ),
                    models.Index(
                        condition=models.Q(("depends_on__isnull", False), OneOf(Lower("status"), ["restarted"])),
                        fields=["topic"],
                        name="event_restarted_jobs",
                    ),
                    models.Index(
                        condition=models.Q(("status", "finished"), _negated=True),
                        fields=["status", "creation_order"],
                        name="event_status_order",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["hash"], name="event_hash_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["pending", "in_progress", "finished", "failed", "aborted", "restarted"])
                        ),
                        name="event_status_valid",
                    ),
                    models.CheckConstraint(condition=models.Q(("retries__gte", 0)), name="event_retries_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("creation_order__gt", 0), ("position__gt", 0)), name="event_position_drawn"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProjectGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("project", models.CharField(max_length=255)),
                (
                    "group",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="auth.group"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("user__isnull", True), ("group__isnull", True), _connector="XOR"),
                        name="grant_to_user_or_group",
                    ),
                    models.UniqueConstraint(fields=("project", "user"), name="grant_once_per_user"),
                    models.UniqueConstraint(fields=("project", "group"), name="grant_once_per_group"),
                ],
            },
        ),
    ]
