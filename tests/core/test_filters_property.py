"""Random filters over random events find what the reference finds, on whichever database this run has."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events.filters import condition_for
from events.models import Event
from tests.core import reference_filter

EPOCH = datetime(2026, 5, 31, 12, tzinfo=UTC)

# Few values, so that they meet; each next to one that is nearly the same.
LETTERS = ("a", "A", "b", "aB", "ä", "Ä", "ß", "ﬀ", "Ω", "😀")
TEXTS = (*LETTERS, "", "a_b", "a%b", "ab\n", "1", "true", "null", '"', "\\", "%", "_")
NUMBERS = (0, 1, -1, 1.0, 0.1, -0.5, 2.5, 1e-7, 3, 2**53, 2**53 - 1, float(2**52), 1e15)
BEYOND = (2**53 + 1, 2**63 - 1, 2**64, 10**30, 1.7976931348623157e308, -1e17, 5e-324)
KEYS = ("a", "b", "aé")

scalars = st.sampled_from((*TEXTS, *NUMBERS, True, False))
stored_scalars = st.one_of(scalars, st.sampled_from(BEYOND), st.none(), st.text("abÄä%", max_size=4))
stored = st.recursive(
    stored_scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)
elements = st.sampled_from((0, 1, 1.0, "1", "a", "A", True, False))
arrays = st.lists(elements, max_size=6)
documents = st.fixed_dictionaries({"a": st.one_of(stored, arrays)}, optional={"b": arrays, "aé": stored})
names = st.sampled_from((*TEXTS, None))
events = st.fixed_dictionaries(
    {
        "topic": st.sampled_from(("test.a", "test.B", "Test.a", "other")),
        "project": names,
        "sender_type": names,
        "description": st.text("abA%", max_size=6),
        "retries": st.integers(0, 3),
        "created_at": st.builds(lambda halves: EPOCH + timedelta(seconds=halves / 2), st.integers(-2, 2)),
        "payload": documents,
        "summary": documents,
    }
)

ONE = ("eq", "ne", "lt", "lte", "gt", "gte", "LTE")
MANY = ("in", "notin", "not_in", "Not-In")
NONE = ("isnull", "notnull", "IS_NULL")
places = st.builds(
    lambda column, keys, separator: separator.join((column, *keys)),
    st.sampled_from(("payload", "summary")),
    st.lists(st.sampled_from(KEYS), min_size=1, max_size=2),
    st.sampled_from(("/", ".")),
)
WILDCARDS = ("%", "%", "_", r"\%", r"\\", r"\_")
pieces = st.lists(st.sampled_from(("a", "A", "b", "ä", "Ä", *WILDCARDS)), max_size=4).map("".join)
patterns = st.one_of(pieces, pieces.map("%{}%".format))
times = st.builds(lambda halves: (EPOCH + timedelta(seconds=halves / 2)).isoformat(), st.integers(-2, 2))


def conditions_on(keys: Any, values: Any) -> Any:
    """Conditions that every key takes."""
    return st.one_of(
        st.fixed_dictionaries({"key": keys, "operator": st.sampled_from(ONE), "value": values}),
        st.fixed_dictionaries({"key": keys, "operator": st.sampled_from(MANY), "value": st.lists(values, max_size=4)}),
        st.fixed_dictionaries({"key": keys, "operator": st.sampled_from(NONE)}),
        st.fixed_dictionaries({"key": keys, "value": values}),
    )


def on_arrays(operators: Iterable[str], value: Any) -> Any:
    return st.fixed_dictionaries({"key": places, "operator": st.sampled_from(tuple(operators)), "value": value})


text_columns = st.sampled_from(("topic", "project", "senderType", "description"))
kinds = (
    conditions_on(places, scalars),
    conditions_on(text_columns, st.sampled_from((*TEXTS, "test.a", "test.B"))),
    conditions_on(st.just("retries"), st.sampled_from(NUMBERS)),
    conditions_on(st.just("createdAt"), times),
    conditions_on(st.just("dependsOn"), st.sampled_from((UUID(int=1).hex, UUID(int=2).hex, "f" * 32))),
    st.fixed_dictionaries({"key": text_columns, "operator": st.just("like"), "value": patterns}),
    st.fixed_dictionaries({"key": places, "operator": st.just("like"), "value": patterns}),
    on_arrays(("includes", "contains", "excludes"), elements),
    on_arrays(("includesany", "includes_all", "excludes-any", "excludesAll"), st.lists(elements, max_size=3)),
)
conditions = st.sampled_from(kinds).flatmap(lambda kind: kind)
filters = st.recursive(
    st.fixed_dictionaries({"conditions": st.lists(conditions, min_size=1, max_size=1)}),
    lambda inner: st.fixed_dictionaries(
        {"operator": st.sampled_from(("and", "OR", "or", None)), "conditions": st.lists(inner | conditions, max_size=3)}
    ),
    max_leaves=4,
)

# No shrinking: it takes minutes, and the message names the one filter of the many that is wrong.
SEARCH = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def store(fields: list[dict[str, Any]]) -> list[Event]:
    """Store the events; every third one depends on the first."""
    Event.objects.all().delete()
    made = [
        Event(id=UUID(int=n), position=n, creation_order=n, hash=str(n), **each) for n, each in enumerate(fields, 1)
    ]
    for event in made[::3]:
        event.depends_on = made[0]
    return Event.objects.bulk_create(made)


@pytest.mark.django_db
@settings(SEARCH, max_examples=150)
@given(st.lists(events, min_size=20, max_size=40), st.lists(filters, min_size=15, max_size=30))
def test_filters_find_what_the_reference_finds(fields: list[dict[str, Any]], trees: list[dict[str, Any]]) -> None:
    made = store(fields)
    for tree in trees:
        expected = [event.position for event in made if reference_filter.matches(event, tree)]
        found = Event.objects.filter(condition_for(tree)).order_by("position").values_list("position", flat=True)
        assert list(found) == expected, tree
