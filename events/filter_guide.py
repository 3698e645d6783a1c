"""The filter language for those who write filters: what ``GET /api/query`` shows to people and to programs.

Keys, their operators and the limits are those of the code. A test holds the operators against the code, and
looks for every example among the sample events, so that nothing here is a promise only.
"""

from dataclasses import asdict, dataclass
from typing import Any

from events import columns, filters, validation
from events.filter_examples import EXAMPLES, SAMPLES


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """What an operator means."""

    value: str
    """one, list, pattern or none"""
    holds: str
    """Where what the key names is …"""
    absent: bool = False
    """Whether it holds where the key names nothing: a column that is null, a path that leads nowhere."""
    alias: str | None = None


OPERATORS = {
    "eq": Operator(value="one", holds="equal to the value"),
    "ne": Operator(value="one", holds="not equal to the value"),
    "in": Operator(value="list", holds="equal to one of the list; to none of an empty one"),
    "notin": Operator(value="list", holds="equal to none of the list"),
    "lt": Operator(value="one", holds="before the value"),
    "lte": Operator(value="one", holds="before the value, or equal to it"),
    "gt": Operator(value="one", holds="after the value"),
    "gte": Operator(value="one", holds="after the value, or equal to it"),
    "like": Operator(value="pattern", holds="a text that the whole pattern matches"),
    "isnull": Operator(value="none", holds="never", absent=True),
    "notnull": Operator(value="none", holds="there at all, be it a JSON null"),
    "includes": Operator(value="one", holds="an array with the value as an element", alias="contains"),
    "includesany": Operator(value="list", holds="an array that has one of the list; of an empty one none"),
    "includesall": Operator(value="list", holds="an array that has all of the list"),
    "excludes": Operator(value="one", holds="no array with the value as an element", absent=True),
    "excludesany": Operator(value="list", holds="no array that has one of the list", absent=True),
    "excludesall": Operator(value="list", holds="no array that has all of the list", absent=True),
}

RULES = (
    'A filter is {"operator": "and" | "or", "conditions": [...]} of conditions and of filters. Its operator is "and"'
    ' unless it says "or"; one without conditions restricts nothing.',
    'A condition is {"key": ..., "operator": ..., "value": ...}; its operator is "eq" unless it says another.',
    "Operators may be written in any case, and with - and _ anywhere: NOT_IN is notin.",
    "Keys are written in camelCase or snake_case. Below summary and payload a key is a path of names with / or ."
    " between them, payload/user/name; names are letters, digits and underscores, and never indexes of an array.",
    'Types matter: 5 equals 5.0, but neither "5" nor true. A JSON null equals no value, and is not absent.',
    "In a pattern % is any text and _ any character; after \\ both are themselves. Letters match in either case.",
    "Order: below JSON null < text < number < boolean < array < object; texts by code point, false before true.",
)

LIMITS = {
    "levels of filters within filters": filters.DEPTH_MAX,
    "conditions and filters in all": filters.CONDITIONS_MAX,
    "values in all lists": filters.VALUES_MAX,
    "characters of a pattern": columns.PATTERN_LENGTH,
    "names in a path": validation.JSON_DEPTH,
}


def guide() -> dict[str, Any]:
    """Return all of it, as JSON has it."""
    return {
        "rules": list(RULES),
        "keys": _keys(),
        "operators": [{"operator": name, **asdict(operator)} for name, operator in OPERATORS.items()],
        "limits": LIMITS,
        "samples": SAMPLES,
        "examples": [{**asdict(example), "finds": list(example.finds)} for example in EXAMPLES],
    }


def _keys() -> list[dict[str, Any]]:
    """Return the keys, those together that take the same operators and values."""
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, subject in columns.subjects().items():
        alike.setdefault((subject.takes, subject.operators), []).append(_camel_case(name))
    return [{"keys": keys, "value": takes, "operators": list(known)} for (takes, known), keys in alike.items()]


def _camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(map(str.capitalize, tail))
