from uuid import UUID

import pytest
from django.db.models import Q

from events.filters import condition_for
from events.models import Event
from tests.core.filtering import found, holds
from tests.factories import make_event

pytestmark = pytest.mark.django_db


def test_a_filter_without_conditions_restricts_nothing() -> None:
    assert condition_for({"conditions": []}) == Q()
    assert condition_for({}) == Q()


def test_empty_filters_within_a_filter_leave_it_empty() -> None:
    assert not condition_for({"operator": "or", "conditions": [{"conditions": []}, {"conditions": []}]})


def test_an_empty_filter_within_another_is_left_out() -> None:
    make_event("test.a")
    make_event("test.b")
    assert found({"operator": "or", "conditions": [{"key": "topic", "value": "test.a"}, {"conditions": []}]}) == {
        "test.a"
    }


@pytest.mark.parametrize(
    ("operator", "topics"), [("or", {"test.a", "test.b"}), ("OR", {"test.a", "test.b"}), ("And", set())]
)
def test_the_operator_of_a_filter_joins_its_conditions(operator: str, topics: set[str]) -> None:
    for topic in ("test.a", "test.b", "test.c"):
        make_event(topic)
    conditions = [{"key": "topic", "value": topic} for topic in ("test.a", "test.b")]
    assert found({"operator": operator, "conditions": conditions}) == topics


def test_conditions_must_all_hold_if_the_filter_does_not_say_otherwise() -> None:
    make_event("test.a", project="alpha")
    make_event("test.b", project="alpha")
    conditions = [{"key": "topic", "value": "test.a"}, {"key": "project", "value": "alpha"}]
    assert found({"conditions": conditions}) == {"test.a"}
    assert found({"operator": None, "conditions": conditions}) == {"test.a"}


def test_filters_nest() -> None:
    for topic in ("test.a", "test.b", "test.c"):
        make_event(topic, project="alpha")
    either = {
        "operator": "or",
        "conditions": [{"key": "topic", "value": "test.a"}, {"key": "topic", "value": "test.b"}],
    }
    not_b = {"key": "topic", "operator": "ne", "value": "test.b"}
    assert found({"conditions": [either, not_b]}) == {"test.a"}


@pytest.mark.parametrize("key", ["user", "payload/user"])
@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "gte", "like"])
def test_a_condition_can_be_excluded_as_well(key: str, operator: str) -> None:
    for name in ("ann", "bob", "cid"):
        make_event(f"test.{name}", user=name, payload={"user": name})
    make_event("test.nobody")
    Event.objects.filter(topic="test.nobody").update(user=None)
    condition = condition_for({"conditions": [{"key": key, "operator": operator, "value": "bob"}]})
    held, others = Event.objects.filter(condition), Event.objects.exclude(condition)
    assert others.filter(topic="test.nobody").exists()
    assert (held.count(), held.count() + others.count()) == ({"eq": 1, "like": 1, "lt": 1}.get(operator, 2), 4)


def test_members_that_are_not_known_are_ignored() -> None:
    make_event("test.a")
    assert found({"conditions": [{"key": "topic", "value": "test.a", "label": "x"}], "name": "x"}) == {"test.a"}


@pytest.mark.parametrize("key", ["senderType", "sender_type"])
def test_columns_are_named_in_camel_case_or_snake_case(key: str) -> None:
    assert holds(key, "eq", "api", sender_type="api")


@pytest.mark.parametrize("key", ["project", "projectName", "project_name"])
def test_the_project_may_be_called_as_in_ayon(key: str) -> None:
    assert holds(key, "eq", "alpha", project="alpha")


@pytest.mark.parametrize("operator", ["not_in", "notin", "NOT-IN", "NotIn"])
def test_operators_are_written_as_one_likes(operator: str) -> None:
    assert holds("topic", operator, ["other"])


@pytest.mark.parametrize("operator", ["eq", "ne", "lt", "gte"])
def test_no_comparison_holds_for_an_absent_column(operator: str) -> None:
    assert not holds("project", operator, "alpha")


@pytest.mark.parametrize("operator", ["in", "notin"])
def test_an_absent_column_is_neither_in_a_list_nor_out_of_it(operator: str) -> None:
    assert not holds("project", operator, ["alpha"])


def test_isnull_and_notnull_tell_whether_a_column_is_absent() -> None:
    assert holds("project", "isnull")
    assert not holds("project", "notnull", None)


def test_an_empty_list_has_nothing_in_it_and_everything_out_of_it() -> None:
    assert not holds("topic", "in", [])
    assert holds("topic", "notin", [])


@pytest.mark.parametrize("key", ["id", "dependsOn", "depends_on"])
def test_ids_are_compared(key: str) -> None:
    source = make_event("test.source")
    make_event("test.job", depends_on=source.id)
    topic = "test.source" if key == "id" else "test.job"
    assert found({"conditions": [{"key": key, "value": source.id.hex}]}) == {topic}
    assert found({"conditions": [{"key": key, "operator": "in", "value": [source.id.hex, UUID(int=1).hex]}]}) == {topic}


@pytest.mark.parametrize(
    "value", ["2000-01-01", "2000-01-01T00:00:00Z", "0001-01-01T00:00:00", "2000-01-01T10:00+05:00"]
)
def test_times_are_compared(value: str) -> None:
    assert holds("createdAt", "gt", value)
    assert not holds("updatedAt", "lte", value)


@pytest.mark.parametrize(
    ("operator", "value"),
    [("eq", 0.0), ("gt", -0.5), ("gte", -0.5), ("lt", 0.5), ("lte", 0.5), ("ne", 0.5), ("notin", [0.5]), ("lt", 2**53)],
)
def test_retries_are_compared_with_any_number(operator: str, value: object) -> None:
    assert holds("retries", operator, value)


@pytest.mark.parametrize(("operator", "value"), [("eq", 0.5), ("gt", 0.5), ("lt", -0.5), ("in", [0.5]), ("gt", 2**53)])
def test_retries_are_not_rounded_to_match(operator: str, value: object) -> None:
    assert not holds("retries", operator, value)


def test_text_columns_are_ordered_by_code_point() -> None:
    for user in ("Zoe", "anna", "Émile"):
        make_event("test.user", user=user)
    after = Event.objects.filter(condition_for({"conditions": [{"key": "user", "operator": "gt", "value": "Zoe"}]}))
    assert set(after.values_list("user", flat=True)) == {"anna", "Émile"}


@pytest.mark.parametrize("key", ["payload", "summary"])
def test_a_json_column_itself_is_never_absent(key: str) -> None:
    assert not holds(key, "isnull")
    assert holds(key, "notnull")
