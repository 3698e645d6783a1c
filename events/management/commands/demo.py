"""Fill a running server with a believable studio's week, through its public REST API, and date it back."""

import json
import os
import random
import time
from argparse import ArgumentParser
from collections import Counter
from contextlib import suppress

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from events.management.demo import clock
from events.management.demo.client import Client, Refused
from events.management.demo.crew import Crew
from events.management.demo.play import play_day, play_on
from events.management.demo.studio import PROJECTS
from events.management.demo.week import DAYS, week
from events.models import Event
from events.status import Status


class Command(BaseCommand):
    """Play the story."""

    help = "Fill the running server with a week at a studio. It is for a server that has no other work."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which story, how long, and where."""
        parser.add_argument("--events", type=int, default=600, help="about how many; 0: none (default: %(default)s)")
        parser.add_argument("--seed", type=int, help="the same number tells the same story (default: a new one)")
        parser.add_argument("--live", action="store_true", help="go on afterwards, calmly, until Ctrl-C")
        parser.add_argument(
            "--keep-times", action="store_true", help="let all of it have happened now, not over five days"
        )
        parser.add_argument("--url", default=_address(), help="where the server is (default: %(default)s)")
        parser.add_argument("--key", help="of a service (default: SERVICE_KEY, or the one of the first start)")

    def handle(self, *_args: object, **options: object) -> None:
        """Play it; CommandError if the server is away or refuses."""
        client = Client(str(options["url"]), str(options["key"] or _key()))
        given, events = options["seed"], options["events"]
        seed = given if isinstance(given, int) else random.randrange(1_000_000)  # noqa: S311 - a story, no secret
        with suppress(KeyboardInterrupt):
            try:
                client.check()
                if isinstance(events, int) and events > 0:
                    self._play_week(client, seed, events, keeps_times=bool(options["keep_times"]))
                if options["live"]:
                    self.stdout.write("A calm stream goes on until Ctrl-C.")
                    play_on(Crew(client), seed + 1)
            except Refused as error:
                raise CommandError(str(error)) from error
            return
        self.stdout.write("Stopped.")

    def _play_week(self, client: Client, seed: int, events: int, *, keeps_times: bool) -> None:
        """Play the days, and say how they went and where to look."""
        started = time.monotonic()
        crew = Crew(client)
        days = week(seed, events)
        marks = [clock.newest()]
        self.stdout.write(f"A week at a studio, on {client.url} (--seed {seed}):")
        for name, scenes in zip(DAYS, days, strict=True):
            play_day(crew, scenes)
            marks.append(clock.newest())
            self.stdout.write(f"  {name:<10} {_stored(crew):>6} events so far")
        crew.restart_failed()
        if not keeps_times:
            self._date_back(crew, [mark for mark in marks if mark is not None])
        self.stdout.write(_summary(crew, time.monotonic() - started))
        self.stdout.write(f"\nWorth a look in {client.url}/admin/")
        for remark in crew.remarks:
            self.stdout.write(f"  {remark}")

    def _date_back(self, crew: Crew, marks: list[int]) -> None:
        """Let the days have been the last ones, if the events are in the database of this command."""
        if marks and Event.objects.filter(pk__in=list(crew.jobs)[:1]).exists():
            clock.date_back(marks, timezone.now())
        else:
            self.stdout.write("The server's database is another one than here: all of it has happened just now.")


def _address() -> str:
    """Return where a server with these settings listens."""
    if settings.HTTPS:  # plain HTTP is redirected, which no POST survives
        return str(settings.PUBLIC_URL)
    host = "127.0.0.1" if settings.HOST in ("", "0.0.0.0", "::") else settings.HOST  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{settings.PORT}" if ":" in host else f"http://{host}:{settings.PORT}"


def _key() -> str:
    """Return the service key of the environment, or the one that the server made up on its first start."""
    kept_at = settings.DATA_DIR / "credentials.json"
    kept = json.loads(kept_at.read_text()) if kept_at.is_file() else {}
    key = os.environ.get("SERVICE_KEY") or kept.get("service_key")
    if not key:
        raise CommandError(f"There is no service key in {kept_at}: start the server first, or give a key with --key.")
    return str(key)


def _stored(crew: Crew) -> int:
    return crew.events["stored"] + len(crew.jobs) - crew.events["taken over"]


def _summary(crew: Crew, seconds: float) -> str:
    """Say how many of what there are."""
    states = Counter(crew.jobs.values())
    jobs = ", ".join(f"{states[status]} {status.label.lower()}" for status in Status if states[status])
    return (
        f"\n{_stored(crew)} events in {len(PROJECTS)} projects, in {seconds:.1f} s:\n"
        f"  {crew.events['stored']} dispatched, {crew.events['known']} more refused because their hash was known\n"
        f"  {len(crew.jobs)} jobs, {crew.events['taken over']} of them for older events: {jobs}\n"
        f"  {crew.events['sent']} told to sockets only"
    )
