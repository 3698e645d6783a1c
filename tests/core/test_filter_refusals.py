from typing import Any

import pytest

from events import columns, filters
from events.errors import InvalidField
from events.filters import condition_for
from events.models import Event
from tests.core.filtering import found, refused, refused_condition
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def nested(depth: int) -> dict[str, Any]:
    tree: dict[str, Any] = {"conditions": []}
    for _ in range(depth - 1):
        tree = {"conditions": [tree]}
    return tree


@pytest.mark.parametrize(
    "tree", [{"operator": "or"}, {"conditions": None}, {"conditions": {"key": "topic"}}, {"key": "topic"}]
)
def test_a_filter_has_a_list_of_conditions(tree: object) -> None:
    assert refused(tree) == "filter.conditions"


@pytest.mark.parametrize("operator", ["xor", "", 1, [], {"a": {}}])
def test_a_filter_has_the_operator_and_or_or(operator: object) -> None:
    assert refused({"conditions": [], "operator": operator}) == "filter.operator"


@pytest.mark.parametrize("part", ["topic", None, [], {}, {"value": "x"}])
def test_what_is_neither_condition_nor_filter_is_refused(part: object) -> None:
    good = {"key": "topic", "value": "x"}
    assert refused({"conditions": [good, {"conditions": [part]}]}) == "filter.conditions[1].conditions[0]"


@pytest.mark.parametrize(
    "key",
    [
        "nope",
        "payload__a",
        "created_by",
        "position",
        "topic/a",
        "",
        "/",
        "payload/",
        "payload/0",
        "payload//a",
        None,
        1,
        ["topic"],
        "payload/a b",
        "payload/a'b",
        'payload/a"',
        "payload/a\x00",
        "payload/\ud800",
        "payload/" + "a/" * 64 + "a",
    ],
)
def test_a_key_that_leads_nowhere_is_refused(key: object) -> None:
    assert refused_condition(key) == "filter.conditions[0].key"


@pytest.mark.parametrize("operator", ["", "nope", "exact", 1, ["eq"], {}])
def test_an_unknown_operator_is_refused(operator: object) -> None:
    assert refused_condition("topic", operator) == "filter.conditions[0].operator"


@pytest.mark.parametrize(
    ("key", "operator"), [("topic", "includes"), ("id", "like"), ("retries", "like"), ("payload", "eq")]
)
def test_an_operator_that_the_key_does_not_take_is_refused(key: str, operator: str) -> None:
    assert refused_condition(key, operator) == "filter.conditions[0].operator"


def test_the_operators_of_the_key_are_told() -> None:
    with pytest.raises(
        InvalidField, match=r"^expected for this key: eq, ne, in, notin, lt, lte, gt, gte, isnull, notnull$"
    ):
        condition_for({"conditions": [{"key": "id", "operator": "like", "value": "x"}]})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("topic", 5),
        ("topic", None),
        ("topic", ["x"]),
        ("topic", "a\x00"),
        ("topic", "\udc00"),
        ("retries", "5"),
        ("retries", True),
        ("retries", 2**53 + 1),
        ("id", "x"),
        ("id", "0" * 31 + "A"),
        ("id", 5),
        ("createdAt", "yesterday"),
        ("createdAt", 5),
        ("createdAt", "0001-01-01T00:00:00+14:00"),
        ("payload/a", None),
        ("payload/a", [1]),
        ("payload/a", {"b": 1}),
        ("payload/a", "a\x00"),
        ("payload/a", "\ud800"),
        ("payload/a", float("nan")),
        ("payload/a", float("inf")),
        ("payload/a", 10**400),
    ],
)
def test_a_value_that_the_key_does_not_take_is_refused(key: str, value: object) -> None:
    assert refused_condition(key, "eq", value) == "filter.conditions[0].value"


def test_a_missing_value_is_refused() -> None:
    assert refused({"conditions": [{"key": "payload/a"}]}) == "filter.conditions[0].value"


@pytest.mark.parametrize("value", ["x", None, {"a": 1}])
def test_a_list_is_a_list(value: object) -> None:
    assert refused_condition("payload/a", "in", value) == "filter.conditions[0].value"


@pytest.mark.parametrize("value", [None, [1], {"b": 1}, "\x00", float("inf")])
def test_the_faulty_value_of_a_list_is_named(value: object) -> None:
    assert refused_condition("payload/a", "includesany", ["x", value]) == "filter.conditions[0].value[1]"


@pytest.mark.parametrize("value", [5, "a\\", "%" * (columns.PATTERN_LENGTH + 1)])
def test_what_is_no_pattern_is_refused(value: object) -> None:
    assert refused_condition("payload/a", "like", value) == "filter.conditions[0].value"


def test_isnull_false_is_refused_because_it_would_mean_the_opposite() -> None:
    assert refused_condition("project", "isnull", False) == "filter.conditions[0].value"


def test_filters_nest_up_to_a_limit() -> None:
    assert not condition_for(nested(filters.DEPTH_MAX))
    assert refused(nested(10_000)) == "filter" + ".conditions[0]" * filters.DEPTH_MAX


def test_conditions_are_counted_in_the_whole_tree() -> None:
    condition = {"key": "payload/a", "operator": "lt", "value": "x"}
    half = {"conditions": [condition] * (filters.CONDITIONS_MAX // 2 - 1)}
    assert found({"conditions": [half, half]}) == set()
    assert refused({"conditions": [half, half, condition]}) == "filter.conditions[2]"


def test_values_are_counted_in_the_whole_tree() -> None:
    lists = [{"key": key, "operator": "notin", "value": ["x"] * (filters.VALUES_MAX // 2)} for key in ("topic", "hash")]
    make_event("test.a")
    assert found({"conditions": lists}) == {"test.a"}
    lists.append({"key": "payload/a", "operator": "in", "value": ["x"]})
    assert refused({"conditions": lists}) == "filter.conditions[2].value"


@pytest.mark.parametrize("junk", ["\x00", float("nan"), {1: 2}, object()])
def test_junk_is_refused_even_where_it_is_ignored(junk: object) -> None:
    assert refused({"conditions": [], "name": junk}) == "filter"
    assert refused_condition("topic", "isnull", junk) == "filter"


def test_what_a_client_sends_is_never_a_part_of_the_statement() -> None:
    name = "'; DROP TABLE events_event; --"
    conditions = [
        {"key": "topic", "operator": "lt", "value": name},
        {"key": "payload/secretname", "operator": "includesall", "value": [name]},
        {"key": "payload/secretname", "operator": "like", "value": name},
    ]
    statement, _ = Event.objects.filter(condition_for({"conditions": conditions})).query.sql_with_params()
    assert "DROP" not in statement
    assert "secretname" not in statement
