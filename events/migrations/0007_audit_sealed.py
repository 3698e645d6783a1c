"""Records of the audit trail can be added, and in no way changed or deleted: the database itself refuses.

Only their place in the stream may move, as that of every source does whose job is deleted.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

COLUMNS = (
    '"id", "hash", "topic", "sender", "sender_type", "project", "user", "created_by", "depends_on_id", "status",'
    ' "retries", "description", "summary", "payload", "recipients", "created_at", "updated_at", "started_at",'
    ' "ended_at", "creation_order"'
)
REFUSAL = "Records of the audit trail are neither changed nor deleted"

POSTGRESQL = (
    f"""CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    f"""CREATE TRIGGER event_audit_sealed BEFORE DELETE OR UPDATE OF {COLUMNS} ON events_event
        FOR EACH ROW WHEN (OLD.topic LIKE 'audit.%') EXECUTE FUNCTION events_refuse_change()""",
)
SQLITE = tuple(
    f"""CREATE TRIGGER {name} BEFORE {what} ON events_event
        WHEN substr(OLD.topic, 1, 6) = 'audit.' BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
    for name, what in (("event_audit_unchanged", f"UPDATE OF {COLUMNS}"), ("event_audit_undeleted", "DELETE"))
)
UNDO = {
    "postgresql": ("DROP TRIGGER event_audit_sealed ON events_event", "DROP FUNCTION events_refuse_change()"),
    "sqlite": ("DROP TRIGGER event_audit_unchanged", "DROP TRIGGER event_audit_undeleted"),
}


def seal(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers."""
    # The statements have a % that is none of Python's: without parameters nobody looks at it.
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)


def unseal(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Drop them; this is also how an operator takes out records that are older than the studio keeps them."""
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement, None)


class Migration(migrations.Migration):
    dependencies = [("events", "0006_managers_look")]

    operations = [migrations.RunPython(seal, unseal)]
