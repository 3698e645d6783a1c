"""The schema that clients write their queries for; who changes it on purpose writes the snapshot anew:

``manage.py graphql_schema --schema events.graphql.schema.schema --out tests/snapshots/schema.graphql``
"""

from pathlib import Path

from graphql import print_schema

from events.graphql.schema import schema

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "schema.graphql"


def test_the_schema_is_the_one_that_was_agreed_upon() -> None:
    assert print_schema(schema.graphql_schema) == SNAPSHOT.read_text().rstrip("\n")
