"""Managers who are on the staff may look at events: their role opens all of them anyway."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def let_managers_look(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the permission to the group; Django makes its permissions after the last migration, and finds this one."""
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="events", model="event")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="view_event", defaults={"name": "Can view event"}
    )
    for group in apps.get_model("auth", "Group").objects.filter(name="manager"):
        group.permissions.add(permission)


def ask_for_the_permission(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it."""
    for group in apps.get_model("auth", "Group").objects.filter(name="manager"):
        group.permissions.remove(*group.permissions.filter(codename="view_event"))


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("events", "0005_presence"), ("contenttypes", "0002_remove_content_type_name")]

    operations = [migrations.RunPython(let_managers_look, ask_for_the_permission)]
