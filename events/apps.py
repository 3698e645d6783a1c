"""The Django application."""

from django.apps import AppConfig, apps


class EventsConfig(AppConfig):
    """The event system."""

    name = "events"
    verbose_name = "Event viewer"

    def ready(self) -> None:
        """Look after the audit trail, tokens and sessions from now on, and know the system checks.

        The viewer says where one is with the names of the applications, also on a phone: so it needs short ones.
        """
        # They need the models, which are there only now.
        from events import audit, checks, sign_ins, tokens  # noqa: F401, PLC0415

        audit.watch()
        tokens.watch()
        sign_ins.watch()
        apps.get_app_config("auth").verbose_name = "Accounts"
