"""When the latest attempt at an event began and ended, and what became of the earlier ones."""

import django.db.models.deletion
from django.db import migrations, models

STATES = [
    ("pending", "Pending"),
    ("in_progress", "In Progress"),
    ("finished", "Finished"),
    ("failed", "Failed"),
    ("aborted", "Aborted"),
    ("restarted", "Restarted"),
]


class Migration(migrations.Migration):
    dependencies = [("events", "0003_access")]

    operations = [
        migrations.AddField("event", "started_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("event", "ended_at", models.DateTimeField(editable=False, null=True)),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sender", models.CharField(max_length=255, null=True)),
                ("status", models.CharField(choices=STATES, max_length=16)),
                ("description", models.TextField()),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField()),
                ("left_as", models.CharField(choices=STATES, max_length=16)),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="attempts",
                        to="events.event",
                    ),
                ),
            ],
        ),
    ]
