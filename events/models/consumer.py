"""How far each kind of enroll request has got."""

from django.db import models


class Consumer(models.Model):
    """What an enroll request describes, with the position up to which all its sources are settled."""

    key = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of everything that decides which sources match."""
    target_topic = models.CharField(max_length=65)
    source_topics = models.JSONField()
    filter = models.JSONField(null=True)
    ignored_sender_types = models.JSONField()
    max_age_days = models.IntegerField()
    watermark = models.BigIntegerField(default=0)
    """Every matching source up to this position has its job."""
    settled_since = models.DateTimeField(null=True)
    """Sources last changed before this were passed for their age; should the clock go back, they count again."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Name the queue."""
        return f"{', '.join(self.source_topics)} → {self.target_topic}"
