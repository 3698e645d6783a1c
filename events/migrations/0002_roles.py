"""The groups that stand for roles."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ROLES = ("manager", "guest", "service")


def create_roles(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the groups, unless the studio has some of these names already."""
    for name in ROLES:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)


def delete_roles(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it."""
    apps.get_model("auth", "Group").objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("events", "0002_text_index"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(create_roles, delete_roles)]
