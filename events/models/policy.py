"""What may be done to which topics, and by whom, beyond what the roles say."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from events import topics
from events.policies import Policy, Rank, Verb
from events.validation import TOPIC_LENGTH


def check_pattern(text: str) -> None:
    """Refuse what is neither a topic nor a pattern."""
    if not topics.is_pattern(text):
        raise ValidationError(f"Expected {topics.PATTERN_EXPECTED}.")


EVERYBODY = "everybody"
SEALED = (topics.AUDIT_PREFIX, "operation.")
"""Records of the server about itself."""
WRITING = (Verb.DISPATCH, Verb.PUBLISH, Verb.UPDATE, Verb.OPERATE)
"""What is never done to them; to read them may be allowed."""


class Role(models.TextChoices):
    """Whom a policy can name by role: exactly the people whose role it is."""

    ADMIN = "admin", "admins"
    MANAGER = "manager", "managers"
    SERVICE = "service", "services"
    USER = "user", "users"
    GUEST = "guest", "guests"


class TopicPolicy(models.Model):
    """Allows or refuses one verb on the topics of a pattern, to a role, a group, a key, or everybody.

    Of all policies that fit, the one with the more exact topic counts; among equals the one that names the key,
    then the group, then the role, then everybody; among those, the refusal. No policy opens a project that the
    actor may not see.
    """

    verb = models.CharField(max_length=16, choices=[(verb.value, verb.value) for verb in Verb])
    topic = models.CharField(max_length=TOPIC_LENGTH, validators=[check_pattern])
    allows = models.BooleanField("allowed", default=False)
    role = models.CharField(max_length=16, choices=Role.choices, blank=True, default="")
    group = models.ForeignKey("auth.Group", models.CASCADE, null=True, blank=True)
    key = models.ForeignKey("events.ApiKey", models.CASCADE, null=True, blank=True, verbose_name="API key")
    note = models.CharField(max_length=255, blank=True, default="", help_text="Why it is so.")

    class Meta:
        verbose_name_plural = "topic policies"
        constraints = [
            models.CheckConstraint(
                name="policy_names_one_subject",
                condition=Q(role="") | Q(group__isnull=True, key__isnull=True),
                violation_error_message="Name a role, a group or a key: one of them, or none for everybody.",
            ),
            models.CheckConstraint(
                name="policy_names_group_or_key",
                condition=Q(group__isnull=True) | Q(key__isnull=True),
                violation_error_message="Name a role, a group or a key: one of them, or none for everybody.",
            ),
            models.UniqueConstraint(
                "verb",
                "topic",
                "role",
                Coalesce("group", 0),
                Coalesce("key", 0),
                name="policy_once",
                violation_error_message="There is a policy for this verb, topic and subject already.",
            ),
        ]

    def __str__(self) -> str:
        """Say it as a sentence."""
        if self.subject == EVERYBODY and not self.allows:
            return f"nobody may {self.verb} {self.topic}"
        return f"{self.subject} {'may' if self.allows else 'may not'} {self.verb} {self.topic}"

    def clean(self) -> None:
        """Refuse to allow what no policy opens."""
        is_sealed = f"{self.topic.lower()}.".startswith(SEALED)
        if self.allows and self.verb in WRITING and is_sealed:
            said = "Only the server makes and changes these records, whatever a policy allows."
            raise ValidationError({"topic": said})

    @property
    def ruling(self) -> Policy:
        """What it says, as ``access`` asks for it."""
        rank = Rank.KEY if self.key_id else Rank.GROUP if self.group_id else Rank.ROLE if self.role else Rank.EVERYBODY
        return Policy(verb=Verb(self.verb), topic=self.topic, allows=self.allows, rank=rank)

    @property
    def subject(self) -> str:
        """Whom it names."""
        if self.key_id:
            return f"key {self.key}"
        if self.group_id:
            return f"group {self.group}"
        return str(Role(self.role).label) if self.role else EVERYBODY
