"""What docs/graphql.md says in numbers and words is what the code has."""

import re
from pathlib import Path

from events.graphql import connection, filters, limits
from events.graphql.schema import schema
from events.validation import PATTERNS_MAX

TEXT = (Path(__file__).parents[2] / "docs" / "graphql.md").read_text()


def test_the_limits_are_those_of_the_code() -> None:
    one_query = re.search(r"One query may have.*?\n\n", TEXT, re.DOTALL)
    assert one_query is not None
    numbers = [int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*", one_query.group().rstrip())]
    assert numbers == [
        limits.MAX_LENGTH,
        limits.MAX_TOKENS,
        limits.MAX_FIELDS,
        limits.MAX_DEPTH,
        limits.MAX_QUESTIONS,
        limits.MAX_VALUES,
    ]
    assert f"at most {filters.VALUES_MAX:,} values, `topics` {PATTERNS_MAX}." in TEXT
    assert f"at most {connection.MAX_SIZE:,} edges" in TEXT
    assert f"{connection.DEFAULT_SIZE} events if nothing is said" in TEXT
    assert f"at most {filters.SEARCH_LENGTH} characters" in TEXT


def test_every_question_and_every_argument_of_events_is_explained() -> None:
    questions = schema.graphql_schema.query_type.fields
    assert [name for name in questions if f"`{name}" not in TEXT] == []
    assert [name for name in questions["events"].args if f"`{name}`" not in TEXT] == []
