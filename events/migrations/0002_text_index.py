"""The index for the search for words, on PostgreSQL; without it a search reads every event, as on SQLite."""

import logging

from django.db import DatabaseError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

logger = logging.getLogger(__name__)

CREATE_EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
# The text is that of events.search.SearchedText. New entries wait in a list that every search reads; at its
# usual 4 MB that takes longer than the search itself.
CREATE_INDEX = """CREATE INDEX event_text ON events_event USING gin (UPPER(
    topic COLLATE "default" || ' ' || COALESCE(project, '') || ' ' || COALESCE("user", '') || ' ' || description
) gin_trgm_ops) WITH (gin_pending_list_limit = 1024)"""


def create_text_index(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the index if the extension is there, or if this user may create it."""
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute(CREATE_EXTENSION)
            schema_editor.execute(CREATE_INDEX)
    except DatabaseError as error:
        reason = str(error).partition("\n")[0]
        logger.warning(
            "The text search has no index and reads every event (%s). To make it, let a superuser run: %s; %s;",
            *(reason, CREATE_EXTENSION, CREATE_INDEX),
        )


def drop_text_index(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it; the extension stays, as others may use it."""
    schema_editor.execute("DROP INDEX IF EXISTS event_text")


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [migrations.RunPython(create_text_index, drop_text_index)]
