"""What the tests of the filter language ask with."""

from typing import Any

import pytest

from events.errors import InvalidField
from events.filters import condition_for
from events.models import Event
from tests.factories import make_event


def found(tree: dict[str, Any]) -> set[str]:
    """The topics of what the filter finds."""
    return set(Event.objects.filter(condition_for(tree)).values_list("topic", flat=True))


def holds(key: str, *operation: Any, **fields: Any) -> bool:
    """Whether one condition holds for an event; ``operation``: the operator, and its value if it has one."""
    make_event("test.event", **fields)
    names = ("operator", "value")
    return found({"conditions": [{"key": key, **dict(zip(names, operation, strict=False))}]}) == {"test.event"}


def refused(tree: Any) -> str:
    """The field that the refusal names."""
    with pytest.raises(InvalidField) as caught:
        condition_for(tree)
    return caught.value.field


def refused_condition(key: Any, operator: Any = "eq", value: Any = "x") -> str:
    return refused({"conditions": [{"key": key, "operator": operator, "value": value}]})
