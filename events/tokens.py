"""The tokens of a user end with the password that they were got with, and when the user is disabled."""

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db.models.signals import pre_save

from events import accounts
from events.models import AccessToken


def watch() -> None:
    """Notice it from now on; called once, when Django is ready."""
    pre_save.connect(_end_with_password, sender=User, dispatch_uid="tokens")


def _end_with_password(instance: User, update_fields: Collection[str] | None, **_: object) -> None:
    if update_fields is not None and not {"password", "is_active"} & set(update_fields):
        return
    before = User.objects.filter(pk=instance.pk).only("password", "is_active").first()
    if before and (before.password != instance.password or (before.is_active and not instance.is_active)):
        AccessToken.objects.filter(user=instance).delete()
        accounts.forget()
