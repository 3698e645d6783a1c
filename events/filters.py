"""The filter language of enroll, query and the operations: a tree in JSON, compiled to a condition.

A filter is ``{"operator": "and" | "or", "conditions": [...]}`` of conditions and filters; its operator is ``and``
unless it says otherwise. A filter without conditions restricts nothing; inside another one it is left out.
A condition is ``{"key": ..., "operator": "eq", "value": ...}``. Operators may be written in any case and with
``-`` and ``_`` anywhere. Other members of both are ignored.

A key is a column of the event in camelCase or snake_case, or a path below its JSON, ``payload/user/name`` or
``payload.user.name``. Elements of a path are names and never indexes of an array.

Which operators each key takes, with which values, and what they mean, is written in ``events.filter_guide``, from
which ``GET /api/query`` shows it. All of it is the same on both databases, whatever their collation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from events import columns, validation
from events.errors import InvalidField
from events.redaction import MASK
from events.secret_names import is_secret

DEPTH_MAX = 16
"""Levels of filters within filters."""
CONDITIONS_MAX = 200
"""Conditions and filters in the whole tree; with the depth it stays below what SQLite can parse."""
VALUES_MAX = 10_000
"""Values in all the lists of the tree; SQLite takes three times as many parameters."""

_ELEMENT = re.compile(r"[a-zA-Z_]\w*")
_UPPERCASE = re.compile(r"(?<=[a-z0-9])([A-Z])")
_ALIASES = {"project_name": "project", "user_name": "user"}
"""What AYON's own columns are called."""
_OPERATOR_ALIASES = {"contains": "includes"}
"""What AYON's Python client takes for an operator."""


def condition_for(tree: Mapping[str, object], *, hides_secrets: bool = False) -> Q:
    """Return the condition on events that the filter means; it is falsy if the filter restricts nothing.

    ``hides_secrets``: for somebody who could guess what is masked for him. Keys whose values are masked are refused,
    and what may be masked is neither equal nor unequal to anything, nor like it, nor before, after or within it.
    Raise InvalidField that names the faulty part as the wire spells it, ``filter.conditions[1].operator``.
    """
    if not tree:
        return Q()
    condition = _filter(tree, "filter", _Budget(hides_secrets), DEPTH_MAX)
    validation.check_json("filter", tree)  # what is ignored must not be junk either: consumers store their filter
    return condition


def masked(tree: Mapping[str, object]) -> dict[str, object]:
    """Return a filter, whether it is one or not, with the values masked that it compares with secrets."""
    shown = dict(tree)
    if isinstance(parts := tree.get("conditions"), list | tuple):
        shown["conditions"] = [masked(part) if isinstance(part, Mapping) else part for part in parts]
    key = tree.get("key")
    if isinstance(key, str) and any(map(is_secret, re.split("[/.]", key))):
        shown["value"] = MASK
    return shown


@dataclass
class _Budget:
    """What is left of the limits of one tree, and whether it may look at secrets."""

    hides_secrets: bool = False
    conditions: int = CONDITIONS_MAX
    values: int = VALUES_MAX

    def spend_condition(self, where: str) -> None:
        self.conditions -= 1
        if self.conditions < 0:
            raise InvalidField(where, f"expected at most {CONDITIONS_MAX} conditions and filters")

    def spend_values(self, where: str, count: int) -> None:
        self.values -= count
        if self.values < 0:
            raise InvalidField(where, f"expected at most {VALUES_MAX} values in the lists of a filter")


def _filter(tree: Mapping[str, object], where: str, budget: _Budget, depth: int) -> Q:
    if depth == 0:
        raise InvalidField(where, f"expected at most {DEPTH_MAX} levels of filters")
    operator = tree.get("operator")
    connector = Q.AND if operator is None else operator.upper() if isinstance(operator, str) else ""
    if connector not in (Q.AND, Q.OR):
        raise InvalidField(f"{where}.operator", "expected and, or")
    parts = tree.get("conditions")
    if not isinstance(parts, list | tuple):
        raise InvalidField(f"{where}.conditions", "expected a list of conditions and filters")
    built = [_part(part, f"{where}.conditions[{index}]", budget, depth - 1) for index, part in enumerate(parts)]
    return Q(*filter(None, built), _connector=connector)


def _part(part: object, where: str, budget: _Budget, depth: int) -> Q:
    budget.spend_condition(where)
    if isinstance(part, Mapping) and "conditions" in part:
        return _filter(part, where, budget, depth)
    if isinstance(part, Mapping) and "key" in part:
        return _condition(part, where, budget)
    raise InvalidField(where, "expected a condition with a key, or a filter with conditions")


def _condition(part: Mapping[str, object], where: str, budget: _Budget) -> Q:
    subject = _subject(part["key"], f"{where}.key", budget)
    operator = _operator(part.get("operator"), f"{where}.operator", subject.operators)
    read = columns.pattern if operator == "like" else subject.read
    where, value = f"{where}.value", part.get("value")
    if operator in columns.WITHOUT_VALUE:
        if value is False:
            raise InvalidField(where, f"expected no value: {operator} has an opposite of its own")
        return subject.condition(operator, [])
    if operator not in columns.WITH_LIST:
        values = [read(value, where)]
    elif isinstance(value, list | tuple):
        budget.spend_values(where, len(value))
        values = [read(each, f"{where}[{index}]") for index, each in enumerate(value)]
    else:
        raise InvalidField(where, f"expected a list of values for {operator}")
    condition = subject.condition(operator, values)
    return condition & subject.plain() if budget.hides_secrets and subject.plain else condition


def _subject(key: object, where: str, budget: _Budget) -> columns.Subject:
    """Return what the key is the name of."""
    name, *path = re.split("[/.]", key) if isinstance(key, str) else [""]
    if not all(map(_ELEMENT.fullmatch, path)) or len(path) > validation.JSON_DEPTH:
        names = "each of letters, digits and underscores and beginning with no digit"
        raise InvalidField(where, f"expected a path of at most {validation.JSON_DEPTH} names, {names}")
    if budget.hides_secrets and any(map(is_secret, path)):
        raise InvalidField(where, "expected a key whose values are not masked for you")
    name = _UPPERCASE.sub(r"_\1", name).lower()
    subject = columns.subject_of(_ALIASES.get(name, name), path)
    if subject is None:
        raise InvalidField(where, f"expected {columns.SUBJECTS_EXPECTED}")
    return subject


def _operator(given: object, where: str, known: Sequence[str]) -> str:
    written = given if given is not None else "eq"
    operator = re.sub("[-_]", "", written).lower() if isinstance(written, str) else ""
    operator = _OPERATOR_ALIASES.get(operator, operator)
    if operator not in known:
        raise InvalidField(where, f"expected for this key: {', '.join(known)}")
    return operator
