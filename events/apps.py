"""The Django application."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The event system."""

    name = "events"
    verbose_name = "Event viewer"

    def ready(self) -> None:
        """Look after the audit trail and the tokens from now on, and know the system checks."""
        from events import audit, checks, tokens  # noqa: F401, PLC0415 - they need the models, which are there only now

        audit.watch()
        tokens.watch()
