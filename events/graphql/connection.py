"""Pages of a list, by keys and not by offsets: one query each, and the thousandth costs what the first one does.

AYON's rules, which three families of clients rely on:

- ``first``, or nothing: oldest first. ``last``: newest first. Both: newest first, ``first`` is the size.
- ``before`` and ``after`` are cursors; an empty one is none, and of both ``before`` counts.
- Old Python clients go on from ``startCursor`` when they read backwards, new ones from ``endCursor``, the
  frontend from the last edge. So on a page that is newest first, all of them are the oldest edge's.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from django.db.models import Model, QuerySet

from events.errors import InvalidField
from events.validation import UNSTORABLE

DEFAULT_SIZE = 100
"""Edges of a page if neither ``first`` nor ``last`` is given."""
MAX_SIZE = 1000
"""Edges of a page, whatever is asked for."""
KEY_MAX = 2**63 - 1

Key: TypeAlias = int | str
"""What a list is ordered by; different for each of its rows."""
T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]
"""The values of one row; the first is the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which page is wanted."""

    size: int
    newest_first: bool = False
    after: Key | None = None
    before: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInfo:
    """Where the page is in the list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None
    column_metadata: tuple[()] = ()


def window_for(
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
    key: type[Key] = int,
) -> Window:
    """Return the page that the arguments ask for; InvalidField names the one that is wrong."""
    return Window(
        size=_size(first, last),
        newest_first=last is not None,
        after=_decode("after", after, key) if after and not before else None,
        before=_decode("before", before, key) if before else None,
    )


def rows_of(found: QuerySet[Any], key: str, columns: Sequence[str], window: Window) -> tuple[list[Row], bool]:
    """Return the rows of a page (the key, then the columns), and whether there are more beyond it."""
    one_more = _placed(found, key, window).values_list(key, *columns)[: window.size + 1]
    rows = list(one_more)
    return rows[: window.size], len(rows) > window.size


def objects_of(found: QuerySet[Model], key: str, window: Window) -> tuple[list[Any], bool]:
    """Return the objects of a page, and whether there are more beyond it."""
    objects = list(_placed(found, key, window)[: window.size + 1])
    return objects[: window.size], len(objects) > window.size


def page_of(found: Sequence[T], key: Callable[[T], Key], window: Window) -> tuple[list[T], bool]:
    """Return the members of a page of a list, which is in the order of the key, and whether there are more."""
    placed = [each for each in (reversed(found) if window.newest_first else found) if _is_beyond(key(each), window)]
    return placed[: window.size], len(placed) > window.size


def _is_beyond(key: Any, window: Window) -> bool:
    if window.before is not None:
        return bool(key < window.before)
    return window.after is None or bool(key > window.after)


def page_info(window: Window, keys: Sequence[Key], *, more: bool) -> PageInfo:
    """Describe the page that has these keys."""
    start = cursor_at(keys[-1 if window.newest_first else 0]) if keys else None
    return PageInfo(
        has_next_page=more and not window.newest_first,
        has_previous_page=more and window.newest_first,
        start_cursor=start,
        end_cursor=cursor_at(keys[-1]) if keys else None,
    )


def cursor_at(key: Key) -> str:
    """Return the cursor of the row with this key: base64 of a JSON list, as AYON has it."""
    return b64encode((f"[{key}]" if isinstance(key, int) else json.dumps([key])).encode()).decode()


def _placed(found: QuerySet[Any], key: str, window: Window) -> QuerySet[Any]:
    """Return what is beyond the cursor, in the order of the page."""
    if window.before is not None:
        found = found.filter(**{f"{key}__lt": window.before})
    elif window.after is not None:
        found = found.filter(**{f"{key}__gt": window.after})
    return found.order_by(f"-{key}" if window.newest_first else key)


def _size(first: int | None, last: int | None) -> int:
    for argument, size in (("first", first), ("last", last)):
        if size is not None and size < 0:
            raise InvalidField(argument, "expected a number that is not negative")
    size = first if first is not None else last
    return DEFAULT_SIZE if size is None else min(size, MAX_SIZE)


def _decode(argument: str, cursor: str, key: type[Key]) -> Key:
    """Return the key that a cursor stands for."""
    try:
        match json.loads(b64decode(cursor, validate=True)):
            case [int(number)] if key is int and not isinstance(number, bool) and abs(number) <= KEY_MAX:
                return number
            case [str(text)] if key is str and not UNSTORABLE.search(text):
                return text
    except (ValueError, RecursionError):
        pass
    raise InvalidField(argument, "expected a cursor that this server has given out")
