"""How single facts of an event look."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from events import message, progress
from events.models import Event
from events.redaction import masked
from events.status import Status

LINE = 240
"""Characters of a description that the list shows."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event as the list shows it."""

    event: Event
    url: str
    created: SafeString
    updated: str
    """When it was changed, as messages about it write that."""
    description: str
    """The description, or the beginning of a long one."""
    progress: float | None
    """Per cent of an event that is in progress, if its worker tells."""
    is_operable: bool
    """Whoever looks may choose it, to operate on it."""

    @property
    def took(self) -> str:
        """Tell how long work took; of what goes on, since when: a row stands still while a length grows."""
        began, ended = self.event.started_at, self.event.ended_at
        if began and self.event.status == Status.IN_PROGRESS:
            return format_html("since {}", short_time(began))
        return duration(ended - began) if began and ended else ""


def row(event: Event, url: str, *, is_operable: bool = False) -> Row:
    """Return what the list shows of an event."""
    description = Truncator(masked(event.description)).chars(LINE)
    updated = message.timestamp(event.updated_at)
    created = short_time(event.created_at)
    return Row(
        event=event,
        url=url,
        created=created,
        updated=updated,
        description=description,
        progress=progress_of(event),
        is_operable=is_operable,
    )


def progress_of(event: Event) -> float | None:
    """Return how far an event is that is in progress, in per cent; None for others, and if nobody has told."""
    return progress.progress_of(event.pk) if event.status == Status.IN_PROGRESS else None


def short_time(moment: datetime) -> SafeString:
    """Return a time as short as it can be told from others nearby; the exact one is in the title."""
    local, now = timezone.localtime(moment), timezone.localtime()
    if local.date() == now.date():
        return _time(moment, date_format(local, "H:i:s"), "short")
    return _time(moment, date_format(local, "j M, H:i" if local.year == now.year else "j M Y"), "short")


def long_time(moment: datetime) -> SafeString:
    """Return a time to the second, with its zone."""
    return _time(moment, date_format(timezone.localtime(moment), "j M Y, H:i:s e"), "long")


def axis_time(moment: datetime, form: str) -> SafeString:
    """Return a time on an axis: ``clock``, the time of day, or ``day``, the day of the week and of the month."""
    return _time(moment, date_format(timezone.localtime(moment), "H:i" if form == "clock" else "D j"), form)


def _time(moment: datetime, text: str, form: str) -> SafeString:
    """Return a time in the server's zone; a script of the page puts it into the reader's."""
    exact = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    html = '<time datetime="{}" title="{} UTC" data-form="{}">{}</time>'
    return format_html(html, message.timestamp(moment), exact, form, text)


def number(count: int) -> str:
    """Return a number with its thousands apart: ``12,345``."""
    return f"{count:,}"


def duration(length: timedelta) -> str:
    """Return a length of time as short as it can be said: ``0.4 s``, ``3 min 20 s``, ``2 d 4 h``."""
    seconds = max(0.0, length.total_seconds())
    for (unit, size), (smaller, part) in pairwise((("d", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1))):
        if seconds >= size:
            rest = int(seconds % size // part)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{seconds:.1f} s"
