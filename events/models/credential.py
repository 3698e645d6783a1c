"""What lets an actor in: API keys for services and users, tokens from the login. Only digests are stored."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from events import conf, topics, validation
from events.errors import InvalidField
from events.policies import Scope, Verb
from events.validation import DEFAULT_WAIT_MAX

ADDRESS_LENGTH, PROGRAM_LENGTH = 64, 200


class Credential(models.Model):
    """A secret that stands for a user. It is long and random, so that a plain SHA-256 of it is safe to keep."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)ss")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    """None: does not expire."""

    class Meta:
        abstract = True


def check_verbs(given: object) -> None:
    """Refuse what is no list of verbs."""
    if not isinstance(given, list) or not set(map(str, given)) <= set(Verb):
        raise ValidationError(f"Expected a list of verbs: {', '.join(Verb)}.")


def check_patterns(given: object) -> None:
    """Refuse what is no list of topics and patterns."""
    if not isinstance(given, list) or not all(isinstance(each, str) and topics.is_pattern(each) for each in given):
        raise ValidationError(f"Expected a list; each entry {topics.PATTERN_EXPECTED}.")


def check_projects(given: object) -> None:
    """Refuse what is no list of projects."""
    try:
        for each in given if isinstance(given, list) else [""]:
            validation.check_project(each)
    except InvalidField as error:
        raise ValidationError(f"Expected a list of project names; {error}.") from error


class ApiKey(Credential):
    """A key of a service or a user, sent as ``X-Api-Key``. Its limits only take away from what its user may."""

    name = models.CharField(max_length=100)
    preview = models.CharField(max_length=8, editable=False)
    """The first characters, so that people can tell keys apart."""
    wait_seconds = models.PositiveSmallIntegerField(
        "wait for jobs",
        default=0,
        validators=[MaxValueValidator(DEFAULT_WAIT_MAX)],
        help_text="Seconds, 0 to 8, that requests for jobs wait if they do not say how long.",
    )
    verbs = models.JSONField(default=list, blank=True, validators=[check_verbs])
    """What the key may be used for; empty: everything that its user may."""
    topics = models.JSONField(default=list, blank=True, validators=[check_patterns])
    """The topics and patterns that it reaches; empty: all."""
    projects = models.JSONField(default=list, blank=True, validators=[check_projects])
    """The projects that it reaches; empty: all of its user's, and what has no project."""
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When it last let somebody in, to the minute."""

    issued = ""
    """The key itself, in the request that makes it; it is not stored."""

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(name="apikey_wait_valid", condition=Q(wait_seconds__lte=DEFAULT_WAIT_MAX)),
        ]

    def __str__(self) -> str:
        """Name the key without giving it away."""
        return f"{self.name} ({self.preview}…)"

    @property
    def is_ending(self) -> bool:
        """Whether a key that replaces it would end no later than it does itself, as when it was rotated already."""
        overlap = timedelta(hours=conf.key_overlap_hours())
        return self.expires_at is not None and self.expires_at <= timezone.now() + overlap

    @property
    def scope(self) -> Scope:
        """What the key is limited to."""
        return Scope(
            verbs=frozenset(map(Verb, self.verbs)), topics=tuple(self.topics), projects=frozenset(self.projects)
        )


class AccessToken(Credential):
    """A token from the login, sent as ``Authorization: Bearer``."""

    address = models.CharField(max_length=ADDRESS_LENGTH, db_default="", editable=False)
    """The network address of the login; empty if nobody knows."""
    program = models.CharField(max_length=PROGRAM_LENGTH, db_default="", editable=False)
    """What the login said that it is, in ``User-Agent``."""

    def __str__(self) -> str:
        """Say whose token it is."""
        return f"token of {self.user}"
