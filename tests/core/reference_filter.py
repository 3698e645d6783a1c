"""The filter language once more, read off its table: evaluated in Python, one event at a time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from events.models import Event

ABSENT = object()


def matches(event: Event, tree: Mapping[str, Any]) -> bool:
    return verdict(event, tree) is not False


def verdict(event: Event, node: Mapping[str, Any]) -> bool | None:
    """None: the filter has nothing to say."""
    if "conditions" not in node:
        return holds(event, node)
    verdicts = [each for each in (verdict(event, child) for child in node["conditions"]) if each is not None]
    if not verdicts:
        return None
    return any(verdicts) if (node.get("operator") or "and").lower() == "or" else all(verdicts)


def holds(event: Event, condition: Mapping[str, Any]) -> bool:
    operator = condition.get("operator", "eq").replace("_", "").replace("-", "").lower()
    name, *path = condition["key"].replace(".", "/").split("/")
    found = walk(column(event, name), path)
    if operator == "isnull":
        return found is ABSENT
    if operator.startswith("excludes"):
        return not holds(event, {**condition, "operator": operator.replace("excludes", "includes")})
    if found is ABSENT:
        return False
    return operator == "notnull" or ANSWERS[operator](found, wanted(name, condition["value"]))


ATTRIBUTES = {"createdAt": "created_at", "senderType": "sender_type", "dependsOn": "depends_on_id"}


def column(event: Event, name: str) -> Any:
    value = getattr(event, ATTRIBUTES.get(name, name))
    if value is None:
        return ABSENT
    return value.hex if isinstance(value, UUID) else value


def walk(value: Any, path: list[str]) -> Any:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return value


def wanted(name: str, value: Any) -> Any:
    if name != "createdAt":
        return value
    if isinstance(value, list):
        return [wanted(name, each) for each in value]
    time = datetime.fromisoformat(value)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


RANKS: dict[type, int] = {type(None): 0, str: 1, datetime: 1, int: 2, float: 2, bool: 3, list: 4, dict: 5}


def rank(value: Any) -> int:
    return RANKS[type(value)]


def same(one: Any, other: Any) -> bool:
    return bool(rank(one) == rank(other) and one == other)


def before(one: Any, other: Any) -> bool:
    """Of texts of one type, Python's order is that of the code points."""
    if rank(one) != rank(other):
        return rank(one) < rank(other)
    return bool(one < other)


def like(text: Any, pattern: str) -> bool:
    return isinstance(text, str) and _like(text, tokens(pattern))


def tokens(pattern: str) -> list[str | set[str]]:
    """``%``, ``_``, or the set of characters that a character stands for."""
    if not pattern:
        return []
    if pattern[0] in "%_":
        return [pattern[0], *tokens(pattern[1:])]
    escaped = pattern[0] == "\\"
    character = pattern[escaped]
    return [{character, character.lower(), character.upper()}, *tokens(pattern[1 + escaped :])]


def _like(text: str, pattern: list[str | set[str]]) -> bool:
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    if head == "%":
        return any(_like(text[skipped:], rest) for skipped in range(len(text) + 1))
    return bool(text) and (head == "_" or text[0] in head) and _like(text[1:], rest)


def includes(found: Any, value: Any) -> bool:
    return isinstance(found, list) and any(same(each, value) for each in found)


ANSWERS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda found, value: not same(found, value),
    "in": lambda found, values: any(same(found, each) for each in values),
    "notin": lambda found, values: not any(same(found, each) for each in values),
    "lt": before,
    "lte": lambda found, value: before(found, value) or same(found, value),
    "gt": lambda found, value: before(value, found),
    "gte": lambda found, value: before(value, found) or same(found, value),
    "like": like,
    "includes": includes,
    "contains": includes,
    "includesany": lambda found, values: any(includes(found, each) for each in values),
    "includesall": lambda found, values: isinstance(found, list) and all(includes(found, each) for each in values),
}
