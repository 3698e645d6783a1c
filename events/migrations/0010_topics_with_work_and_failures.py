"""Indexes that lead the overview from topic to topic: of jobs that wait, of those that run, and of what has failed."""

from django.db import migrations, models
from django.db.models.functions import Upper

from events.conditions import OneOf


def index(name: str, condition: models.Q) -> migrations.AddIndex:
    """Return the making of an index of the events that satisfy a condition, in their order on each topic."""
    return migrations.AddIndex(
        "event", models.Index(condition=condition, fields=["topic", "creation_order"], name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("events", "0009_whence_tokens_come")]

    operations = [
        index(
            "event_waiting_jobs",
            models.Q(("depends_on__isnull", False), OneOf(Upper("status"), ["PENDING", "RESTARTED"])),
        ),
        index(
            "event_running_jobs",
            models.Q(("depends_on__isnull", False), OneOf(Upper("status"), ["IN_PROGRESS"])),
        ),
        index("event_failed_order", models.Q(OneOf(Upper("status"), ["FAILED"]))),
    ]
