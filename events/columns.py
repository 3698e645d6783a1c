"""What a filter may ask of each column and of the JSON below it, with which values, and what it then means."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db.models import Q

from events import concealed, conditions, validation
from events.conditions import ORDERS, Place, Scalar
from events.errors import InvalidField
from events.patterns import Pattern

NUMBER_MAX = 2**53
"""Beyond it not every whole number is a float, and the databases would disagree about what is equal."""
PATTERN_LENGTH = 255
"""Characters of a pattern; PostgreSQL takes longer ones, and a millisecond per row for the worst of them."""

WITHOUT_VALUE = frozenset({"isnull", "notnull"})
WITH_LIST = frozenset({"in", "notin", "includesany", "includesall", "excludesany", "excludesall"})
"""The operators that take a list; all others take one value."""


class Subject(NamedTuple):
    """What conditions are about: a column, or a place below a JSON column."""

    operators: tuple[str, ...]
    takes: str
    """Which values, for people."""
    read: Callable[[object, str], Any]
    """Return one value as ``condition`` takes it; raise InvalidField with the given name of the field."""
    condition: Callable[[str, list[Any]], Q]
    """Return the condition for an operator and its values: a list, a single one, or none."""
    plain: Callable[[], Q] | None = None
    """Return the condition that nothing there is masked; None: nothing ever is."""


# --- values ---------------------------------------------------------------------------------------------


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or validation.UNSTORABLE.search(value):
        raise InvalidField(where, "expected a text without NUL characters and lone surrogates")
    return value


def _number(value: object, where: str) -> float:
    # NaN compares with nothing, and so it is refused as well.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -NUMBER_MAX <= value <= NUMBER_MAX:
        raise InvalidField(where, f"expected a number from {-NUMBER_MAX} to {NUMBER_MAX}")
    return value


def _scalar(value: object, where: str) -> Scalar:
    match value:
        case bool():
            return value
        case str():
            return _text(value, where)
        case int() | float():
            return _number(value, where)
    raise InvalidField(where, "expected a text, a number, true or false")


def _id(value: object, where: str) -> UUID:
    return validation.parse_id(where, value if isinstance(value, str) else "")


def _time(value: object, where: str) -> datetime:
    try:
        time = datetime.fromisoformat(_text(value, where))
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidField(where, "expected a time in ISO 8601, such as 2026-05-31T12:00:00+00:00") from error


def pattern(value: object, where: str) -> str:
    """Return the value of ``like``, whatever it is asked of."""
    text = _text(value, where)
    if len(text) > PATTERN_LENGTH:
        raise InvalidField(where, f"expected a pattern of at most {PATTERN_LENGTH} characters")
    try:
        Pattern(text)
    except ValueError as error:
        raise InvalidField(where, "expected a character after the last backslash") from error
    return text


# --- conditions -----------------------------------------------------------------------------------------


def _column(name: str, operator: str, values: Sequence[object]) -> Q:
    """Return the condition on a column whose order both databases agree about."""
    match operator:
        case "isnull" | "notnull":
            return Q(**{f"{name}__isnull": operator == "isnull"})
        case "eq" | "in":
            return Q(**{f"{name}__in": values})
        case "ne" | "notin":
            return Q(**{f"{name}__isnull": False}) & ~Q(**{f"{name}__in": values})
        case _:
            return Q(**{f"{name}__{operator}": values[0]})


def _text_column(name: str, operator: str, values: Sequence[str]) -> Q:
    if operator == "like":
        return conditions.text_like(name, values[0])
    if operator in ORDERS:
        return conditions.text_order(name, operator, values[0])
    return _column(name, operator, values)


def _whole_column(name: str, operator: str, values: Sequence[float]) -> Q:
    """Return the condition on a column of whole numbers, for which Django would round every value down."""
    if operator in ORDERS:
        up = operator in ("lt", "gte")
        return _column(name, operator, [math.ceil(values[0]) if up else math.floor(values[0])])
    return _column(name, operator, [int(value) for value in values if value == int(value)])


def _place(place: Place, operator: str, values: Sequence[Any]) -> Q:
    """Return the condition on what is found in the JSON of a column."""
    if operator in ORDERS:
        return place.compares(operator, values[0])
    return _AT_PLACE[operator](place, values)


_AT_PLACE: dict[str, Callable[[Place, Sequence[Any]], Q]] = {
    "eq": lambda place, values: place.equals(values[0]),
    "ne": lambda place, values: ~place.is_absent() & ~place.is_among(values),
    "in": lambda place, values: place.is_among(values),
    "notin": lambda place, values: ~place.is_absent() & ~place.is_among(values),
    "like": lambda place, values: place.reads_like(values[0]),
    "isnull": lambda place, _: place.is_absent(),
    "notnull": lambda place, _: ~place.is_absent(),
    "includes": lambda place, values: place.includes_all(values),
    "includesany": lambda place, values: place.includes_any(values),
    "includesall": lambda place, values: place.includes_all(values),
    "excludes": lambda place, values: ~place.includes_all(values),
    "excludesany": lambda place, values: ~place.includes_any(values),
    "excludesall": lambda place, values: ~place.includes_all(values),
}

# --- subjects -------------------------------------------------------------------------------------------

_OF_ANY = ("eq", "ne", "in", "notin", *ORDERS, "isnull", "notnull")
_TEXTS = ("topic", "hash", "sender", "sender_type", "project", "user", "status")
_JSON = ("summary", "payload")

_ID_TAKEN = "32 hexadecimal digits"
_TIME_TAKEN = "a date or a time in ISO 8601; UTC if it has no offset"
_NUMBER_TAKEN = "a number from -2^53 to 2^53"
_SCALAR_TAKEN = f"a text, {_NUMBER_TAKEN}, true or false"

_COLUMNS = {
    **{name: Subject((*_OF_ANY, "like"), "a text", _text, partial(_text_column, name)) for name in _TEXTS},
    **{name: Subject(_OF_ANY, _ID_TAKEN, _id, partial(_column, name)) for name in ("id", "depends_on")},
    **{name: Subject(_OF_ANY, _TIME_TAKEN, _time, partial(_column, name)) for name in ("created_at", "updated_at")},
    **{name: Subject(("isnull", "notnull"), "no value", _scalar, partial(_column, name)) for name in _JSON},
    "description": Subject(
        (*_OF_ANY, "like"),
        "a text",
        _text,
        partial(_text_column, "description"),
        partial(concealed.plain, "description"),
    ),
    "retries": Subject(_OF_ANY, _NUMBER_TAKEN, _number, partial(_whole_column, "retries")),
}
SUBJECTS_EXPECTED = f"{', '.join(name for name in _COLUMNS if name not in _JSON)}, or a path below {' or '.join(_JSON)}"


def subject_of(name: str, path: Sequence[str]) -> Subject | None:
    """Return the subject that a column's own name and the names below it lead to; None if there is none."""
    if not path:
        return _COLUMNS.get(name)
    if name not in _JSON:
        return None
    place = Place(name, tuple(path))
    return Subject(
        (*_AT_PLACE, *ORDERS), _SCALAR_TAKEN, _scalar, partial(_place, place), partial(concealed.plain_at, place)
    )


def subjects() -> dict[str, Subject]:
    """Return all subjects by the names of their columns; ``…`` stands for any path below."""
    below = {f"{name}/…": cast("Subject", subject_of(name, ["any"])) for name in _JSON}
    return {**_COLUMNS, **below}
