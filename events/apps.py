"""The Django application."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The event system."""

    name = "events"
    verbose_name = "Event viewer"
