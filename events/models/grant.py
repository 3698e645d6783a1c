"""Which projects plain users may see."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ProjectGrant(models.Model):
    """Opens a project to a user, or to everybody in a group. Managers need none."""

    project = models.CharField(max_length=255)
    """A name and no reference, as in the events."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    group = models.ForeignKey("auth.Group", models.CASCADE, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_to_user_or_group", condition=Q(user__isnull=True) ^ Q(group__isnull=True)
            ),
            models.UniqueConstraint(name="grant_once_per_user", fields=["project", "user"]),
            models.UniqueConstraint(name="grant_once_per_group", fields=["project", "group"]),
        ]

    def __str__(self) -> str:
        """Say who may see what."""
        return f"{self.project} for {self.user or self.group}"
