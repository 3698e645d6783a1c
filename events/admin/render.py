"""How single facts of an event look."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from events import message
from events.models import Event

LINE = 240
"""Characters of a description that the list shows."""
FOLDED = 4_000
"""A longer document is shown when somebody opens it."""
DOCUMENT = 250_000
"""Characters of a document that the page carries."""

# They would turn the text around them about, or hide; JSON lets them be written as escapes.
INVISIBLE = re.compile("[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")


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


def row(event: Event, url: str) -> Row:
    """Return what the list shows of an event."""
    description = Truncator(event.description).chars(LINE)
    updated = message.timestamp(event.updated_at)
    return Row(event=event, url=url, created=short_time(event.created_at), updated=updated, description=description)


def short_time(moment: datetime) -> SafeString:
    """Return a time as short as it can be told from others nearby; the exact one is in the title."""
    local, now = timezone.localtime(moment), timezone.localtime()
    if local.date() == now.date():
        return _time(moment, date_format(local, "H:i:s"), "short")
    return _time(moment, date_format(local, "j M, H:i" if local.year == now.year else "j M Y"), "short")


def long_time(moment: datetime) -> SafeString:
    """Return a time to the second, with its zone."""
    return _time(moment, date_format(timezone.localtime(moment), "j F Y, H:i:s e"), "long")


def _time(moment: datetime, text: str, form: str) -> SafeString:
    """Return a time in the server's zone; a script of the page puts it into the reader's."""
    exact = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
    html = '<time datetime="{}" title="{} UTC" data-form="{}">{}</time>'
    return format_html(html, message.timestamp(moment), exact, form, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A summary or payload, ready to be read."""

    title: str
    text: str
    """The JSON with line breaks and indents, or the beginning of it."""
    passages: list[tuple[str, str]]
    """Keys and values that are texts of several lines, such as tracebacks: in JSON they are hard to read."""
    keys: int
    is_open: bool
    is_cut: bool


def document(title: str, content: dict[str, object]) -> Document:
    """Return what to show of a summary or payload: at most DOCUMENT characters."""
    written = json.dumps(content, indent=2, ensure_ascii=False)
    passages = [(key, value) for key, value in content.items() if isinstance(value, str) and "\n" in value.strip()]
    is_cut = len(written) > DOCUMENT
    return Document(
        title=title,
        text=_with_invisible_escaped(written[:DOCUMENT]),
        passages=[] if is_cut else [(key, _with_invisible_escaped(value)) for key, value in passages],
        keys=len(content),
        is_open=len(written) <= FOLDED,
        is_cut=is_cut,
    )


def _with_invisible_escaped(text: str) -> str:
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
