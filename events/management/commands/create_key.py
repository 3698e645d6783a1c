"""Make an API key for a service."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events import accounts
from events.admin.keys import PRESETS, VERBS
from events.models import ApiKey
from events.validation import DEFAULT_WAIT_MAX

OPTIONS = {
    "name": "--name",
    "expires_at": "--expires",
    "verbs": "--verb",
    "topics": "--topic",
    "projects": "--project",
    "wait_seconds": "--wait",
}
"""Which option says which field of the key."""


class Command(BaseCommand):
    """Print a new key of a service, which is made if there is none of this name."""

    help = "Make an API key for a service and print it; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the name of the service, and what the key is limited to."""
        parser.add_argument("service", help="the name of the service; it becomes the user of its events")
        parser.add_argument("--name", default="create_key", help="what the key is for, as the list of keys shows it")
        verbs = parser.add_mutually_exclusive_group()
        verbs.add_argument("--made-for", choices=PRESETS, help="limit it to what such a program does")
        verbs.add_argument(
            "--verb", action="append", choices=[*VERBS], help="limit it to this verb; may be given several times"
        )
        parser.add_argument(
            "--topic", action="append", help="limit it to this topic, * for any text; may be given several times"
        )
        parser.add_argument("--project", action="append", help="limit it to this project; may be given several times")
        parser.add_argument("--expires", type=_moment, help="when it ends, such as 2026-01-31T14:00; UTC if not said")
        parser.add_argument(
            "--wait", type=int, default=0, help=f"seconds, 0 to {DEFAULT_WAIT_MAX}, that its requests for jobs wait"
        )

    def handle(self, *_args: object, **options: Any) -> None:
        """Make it."""
        verbs = PRESETS[options["made_for"]][1] if options["made_for"] else options["verb"] or ()
        fields = {
            "name": options["name"],
            "expires_at": options["expires"],
            "verbs": [str(verb) for verb in verbs],
            "topics": options["topic"] or [],
            "projects": options["project"] or [],
            "wait_seconds": options["wait"],
        }
        name = options["service"]
        _check(name, fields)
        self.stdout.write(accounts.issue_key(accounts.service_account(name), **fields))


def _check(service: str, fields: dict[str, Any]) -> None:
    """Raise CommandError, which names the option, for what is wrong with the key."""
    try:
        User._meta.get_field("username").clean(service, None)
    except ValidationError as error:
        raise CommandError(f"service: {' '.join(error.messages)}") from error
    if User.objects.filter(username=service).exclude(groups__name=accounts.SERVICES).exists():
        raise CommandError(f"service: {service} is a person, who makes keys of his own in the viewer")
    try:
        ApiKey(**fields).clean_fields(exclude={"user", "digest", "preview"})
    except ValidationError as error:
        wrong = (f"{OPTIONS[name]}: {' '.join(messages)}" for name, messages in error.message_dict.items())
        raise CommandError("\n".join(wrong)) from error


def _moment(text: str) -> datetime:
    """Read a moment that is still to come."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError("expected a moment in ISO 8601, such as 2026-01-31T14:00") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= timezone.now():
        raise ArgumentTypeError("expected a moment that is still to come")
    return moment
