from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from tests.conftest import POSTGRES

migration = import_module("events.migrations.0002_text_index")


def create() -> None:
    with connection.schema_editor(atomic=False) as editor:
        migration.create_text_index(apps, editor)


def indexes() -> list[str]:
    with connection.cursor() as cursor:
        return [each for each in connection.introspection.get_constraints(cursor, "events_event") if "text" in each]


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no extensions")
def test_who_may_not_create_extensions_is_told_what_to_do(db: None, caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        cursor.execute("CREATE ROLE ayonevents_test_nobody")
        cursor.execute("SET LOCAL ROLE ayonevents_test_nobody")
    create()
    [record] = caplog.records
    assert 'permission denied to create extension "pg_trgm"' in record.getMessage()
    assert "let a superuser run: CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE INDEX event_text" in record.getMessage()
    assert indexes() == []
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    create()
    assert indexes() == ["event_text"]
