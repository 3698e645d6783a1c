"""What a benchmark needs to know and do about the stored events, one verb at a time."""

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import connection  # noqa: TID251 - its limits, and what others still run there

from events.management import history
from events.models import Event


class Command(BaseCommand):
    """Fill the database with a settled history, look at it, and empty it. It deletes events without asking."""

    help = "For benchmarks: fill the database with a long history, or empty it. EVENTS ARE DELETED WITHOUT ASKING."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the verb."""
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        verbs.add_parser("reset", help="delete all events and consumers")
        fill = verbs.add_parser("history", help="store COUNT finished sources, each with its finished job")
        fill.add_argument("count", type=int)
        fill.add_argument("source_topic")
        fill.add_argument("target_topic")
        fill.add_argument("--days", type=float, default=2, help="over how many past days they are spread (default: 2)")
        fill.add_argument("--no-targets", action="store_true", help="leave out the jobs")
        fail = verbs.add_parser("fail", help="let the last COUNT jobs of the history have failed, for good")
        fail.add_argument("count", type=int)
        verbs.add_parser("trim", help="delete the events that came after the history")
        verbs.add_parser("middle", help="print the id of an event in the middle")
        verbs.add_parser("stats", help="print rows, table_mb and indexes_mb as JSON")
        verbs.add_parser("cancel", help="cancel the queries that the server still runs")

    def handle(self, *_args: object, **options: object) -> None:
        """Do it, however long a statement takes, and print the answer as the last line."""
        _take_all_time()
        match options:
            case {"verb": "history", "count": int(count), "days": float() | int() as days}:
                topics = str(options["source_topic"]), str(options["target_topic"])
                history.insert(count, *topics, days=days, with_jobs=not options["no_targets"])
            case {"verb": "fail", "count": int(count)}:
                history.fail(count)
            case {"verb": "reset"}:
                history.remove()
            case {"verb": "trim"}:
                history.remove_later()
            case {"verb": "middle"}:
                self.stdout.write(_middle())
            case {"verb": "stats"}:
                self.stdout.write(json.dumps(history.sizes()))
            case {"verb": "cancel"}:
                _cancel()


def _take_all_time() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _middle() -> str:
    """Return the id of the event in the middle of the stream's history."""
    orders = Event.objects.order_by("creation_order").values_list("creation_order", flat=True)
    first, last = orders.first(), orders.last()
    if first is None or last is None:
        raise CommandError("There is no event")
    return Event.objects.filter(creation_order__gte=(first + last) // 2).earliest("creation_order").id.hex


def _cancel() -> None:
    """Cancel what other connections run on PostgreSQL; on SQLite a query ends with its process."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state = 'active' AND backend_type = 'client backend'"
        )
