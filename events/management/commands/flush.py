"""Django's ``flush``, which is not the way to begin anew here."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections


class Command(flush.Command):
    """Say what to do instead; tests, which call it from Python, may empty their databases."""

    _is_by_hand = False

    def run_from_argv(self, argv: list[str]) -> None:
        """Note that somebody has typed it."""
        self._is_by_hand = True
        super().run_from_argv(argv)

    def handle(self, **options: Any) -> None:
        """Refuse: roles and first policies are made by migrations, and the audit trail is for good."""
        if self._is_by_hand:
            connection = connections[options["database"]]
            name = connection.settings_dict["NAME"]
            instead = (
                f"delete the data folder with {name} in it"
                if connection.vendor == "sqlite"
                else f"drop the database {name} and create it again"
            )
            raise CommandError(
                "flush would leave an installation without its roles and its first policies, and records of the audit"
                f" trail are not deleted. To begin anew stop the server, {instead}, and start the server: it makes all"
                " of it."
            )
        super().handle(**options)
