"""Which projects plain users may see."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from events import validation
from events.errors import InvalidField
from events.validation import NAME_LENGTH


def check_project(given: str) -> None:
    """Refuse what no event can have as its project."""
    try:
        validation.check_project(given)
    except InvalidField as error:
        raise ValidationError(f"{error}.".capitalize()) from error


class ProjectGrant(models.Model):
    """Opens a project to a user, or to everybody in a group. Managers need none."""

    project = models.CharField(max_length=NAME_LENGTH, validators=[check_project])
    """A name and no reference, as in the events."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    group = models.ForeignKey("auth.Group", models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_to_user_or_group",
                condition=Q(user__isnull=True) ^ Q(group__isnull=True),
                violation_error_message="Name a user or a group: one of them, and not both.",
            ),
            models.UniqueConstraint(name="grant_once_per_user", fields=["project", "user"]),
            models.UniqueConstraint(name="grant_once_per_group", fields=["project", "group"]),
        ]

    def __str__(self) -> str:
        """Say who may see what."""
        return f"{self.project} for {self.user or self.group}"
