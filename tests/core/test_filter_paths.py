from typing import Any

import pytest

from events.filters import condition_for
from events.models import Event
from tests.core.filtering import holds
from tests.factories import make_event

pytestmark = pytest.mark.django_db

JSON = {
    "text": "Approved",
    "number": 5,
    "float": 0.1,
    "flag": True,
    "off": False,
    "nothing": None,
    "tags": ["a", 1, True, None, ["deep"]],
    "empty": [],
    "user": {"name": "Bob"},
}


def in_payload(key: str, *operation: Any) -> bool:
    return holds(f"payload/{key}", *operation, payload=JSON)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text", "Approved"),
        ("number", 5),
        ("number", 5.0),
        ("float", 0.1),
        ("flag", True),
        ("off", False),
        ("user/name", "Bob"),
        ("user.name", "Bob"),
    ],
)
def test_a_value_of_the_same_type_is_equal(key: str, value: object) -> None:
    assert in_payload(key, "eq", value)
    assert in_payload(key, "in", ["x", value])
    assert not in_payload(key, "ne", value)
    assert not in_payload(key, "notin", [value])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("text", "approved"),
        ("text", True),
        ("number", "5"),
        ("number", True),
        ("flag", 1),
        ("flag", "true"),
        ("off", 0),
        ("nothing", "null"),
        ("nothing", False),
        ("tags", "a"),
        ("empty", False),
        ("user", "Bob"),
    ],
)
def test_a_value_of_another_type_is_not_equal(key: str, value: object) -> None:
    assert not in_payload(key, "eq", value)
    assert not in_payload(key, "in", [value])
    assert in_payload(key, "ne", value)
    assert in_payload(key, "notin", [value])


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "lte", "gt", "gte", "like", "includes"])
@pytest.mark.parametrize("key", ["missing", "text/name", "tags/name", "user/name/first"])
def test_nothing_holds_for_a_path_that_leads_nowhere(key: str, operator: str) -> None:
    assert not in_payload(key, operator, "a")


@pytest.mark.parametrize("operator", ["in", "notin", "includesany", "includesall"])
def test_no_list_holds_for_a_path_that_leads_nowhere(operator: str) -> None:
    assert not in_payload("missing", operator, ["a"])
    assert not in_payload("missing", operator, [])


def test_only_a_path_that_leads_nowhere_is_null() -> None:
    assert in_payload("missing", "isnull")
    assert not in_payload("nothing", "isnull")
    assert in_payload("nothing", "notnull")
    assert not in_payload("missing", "notnull")


def test_the_summary_has_paths_too() -> None:
    assert holds("summary/entityId", "eq", "x", summary={"entityId": "x"})


def test_names_below_the_column_are_taken_as_they_are() -> None:
    assert holds("payload/newValue", "eq", "Approved", payload={"newValue": "Approved", "new_value": "x"})


def test_names_may_have_letters_of_any_script() -> None:
    assert holds("payload/größe_ж", "eq", 1, payload={"größe_ж": 1})


@pytest.mark.parametrize("value", [2**53 + 1, 2**63, 10**400, -1e300])
def test_what_is_stored_may_be_any_number(value: float) -> None:
    assert holds("payload/a", "lt" if value < 0 else "gt", 2**53 if value > 0 else -(2**53), payload={"a": value})


ORDERED: list[Any] = [None, "", "Z", "a", "é", "😀", -1e300, 0, 0.5, 1, False, True, [], [9], {}]


@pytest.mark.parametrize("value", [each for each in ORDERED[1:-3] if not isinstance(each, float) or each > -1])
def test_values_are_ordered_by_type_and_then_by_value(value: Any) -> None:
    for index, stored in enumerate(ORDERED):
        make_event("test.order", hash=str(index), payload={"a": stored})
    place = next(index for index, each in enumerate(ORDERED) if each is value)
    before = Event.objects.filter(
        condition_for({"conditions": [{"key": "payload/a", "operator": "lt", "value": value}]})
    )
    after = Event.objects.filter(
        condition_for({"conditions": [{"key": "payload/a", "operator": "gt", "value": value}]})
    )
    assert sorted(int(each.hash) for each in before) == list(range(place))
    assert sorted(int(each.hash) for each in after) == list(range(place + 1, len(ORDERED)))


@pytest.mark.parametrize("value", ["a", 1, 1.0, True])
@pytest.mark.parametrize("operator", ["includes", "contains"])
def test_an_array_includes_its_elements(operator: str, value: object) -> None:
    assert in_payload("tags", operator, value)
    assert not in_payload("tags", "excludes", value)


@pytest.mark.parametrize(
    ("key", "value"), [("tags", "1"), ("tags", "deep"), ("tags", 0), ("text", "Approved"), ("user", "Bob")]
)
def test_whatever_else_is_excluded(key: str, value: object) -> None:
    assert not in_payload(key, "includes", value)
    assert in_payload(key, "excludes", value)


@pytest.mark.parametrize("operator", ["excludes", "excludesany", "excludesall"])
def test_nothing_is_included_in_what_is_missing(operator: str) -> None:
    assert in_payload("missing", operator, "a" if operator == "excludes" else ["a"])


@pytest.mark.parametrize(
    ("values", "includes_any", "includes_all"),
    [
        (["a", 1], True, True),
        (["a", "x"], True, False),
        (["x"], False, False),
        ([], False, True),
        ([1, 1.0, True], True, True),
    ],
)
def test_any_or_all_of_a_list_may_be_included(values: list[object], includes_any: bool, includes_all: bool) -> None:
    assert in_payload("tags", "includesany", values) is includes_any
    assert in_payload("tags", "excludesany", values) is not includes_any
    assert in_payload("tags", "includesall", values) is includes_all
    assert in_payload("tags", "excludesall", values) is not includes_all


def test_only_an_array_includes_all_of_nothing() -> None:
    assert in_payload("empty", "includesall", [])
    assert not in_payload("text", "includesall", [])
