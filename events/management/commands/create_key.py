"""Make an API key for a service."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from events import accounts


class Command(BaseCommand):
    """Print a new key of a service, which is made if there is none of this name."""

    help = "Make an API key for a service and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the service."""
        parser.add_argument("service", help="the name of the service; it becomes the user of its events")

    def handle(self, *_args: object, **options: object) -> None:
        """Make it."""
        service = accounts.service_account(str(options["service"]))
        self.stdout.write(accounts.issue_key(service, "create_key"))
