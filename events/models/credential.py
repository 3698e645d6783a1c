"""What lets an actor in: API keys for services and users, tokens from the login. Only digests are stored."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from events.validation import DEFAULT_WAIT_MAX


class Credential(models.Model):
    """A secret that stands for a user. It is long and random, so that a plain SHA-256 of it is safe to keep."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)ss")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    """None: does not expire."""

    class Meta:
        abstract = True


class ApiKey(Credential):
    """A key of a service or a user, sent as ``X-Api-Key``."""

    name = models.CharField(max_length=100)
    preview = models.CharField(max_length=8, editable=False)
    """The first characters, so that people can tell keys apart."""
    wait_seconds = models.PositiveSmallIntegerField(
        "wait for jobs",
        default=0,
        validators=[MaxValueValidator(DEFAULT_WAIT_MAX)],
        help_text="Seconds, 0 to 8, that requests for jobs wait if they do not say how long.",
    )

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(name="apikey_wait_valid", condition=Q(wait_seconds__lte=DEFAULT_WAIT_MAX)),
        ]

    def __str__(self) -> str:
        """Name the key without giving it away."""
        return f"{self.name} ({self.preview}…)"


class AccessToken(Credential):
    """A token from the login, sent as ``Authorization: Bearer``."""

    def __str__(self) -> str:
        """Say whose token it is."""
        return f"token of {self.user}"
