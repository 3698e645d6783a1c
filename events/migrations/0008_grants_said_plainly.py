"""A grant is for a project that events can have, and says in plain words what it lacks. No table changes."""

from django.db import migrations, models
from django.db.models import Q

from events.models import grant


class Migration(migrations.Migration):
    dependencies = [("events", "0007_audit_sealed")]

    operations = [
        migrations.AlterField(
            "projectgrant", "project", models.CharField(max_length=255, validators=[grant.check_project])
        ),
        migrations.AlterConstraint(
            "projectgrant",
            "grant_to_user_or_group",
            models.CheckConstraint(
                name="grant_to_user_or_group",
                condition=Q(user__isnull=True) ^ Q(group__isnull=True),
                violation_error_message="Name a user or a group: one of them, and not both.",
            ),
        ),
    ]
