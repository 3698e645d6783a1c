"""Limits of API keys, topic policies and those every installation begins with, the permission to see secrets."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

import events.models.credential
import events.models.policy

OURS = {
    "server.*": "Notices about the server are the server's.",
    "auth.*": "Who logs in is the server's to say.",
    "log.*": "The server's log; allow it for those who may write into it.",
}
"""What nobody but the server itself dispatches, unless the studio decides otherwise."""


def refuse_our_topics(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the policies, which the studio may change."""
    policies = apps.get_model("events", "TopicPolicy")
    for topic, note in OURS.items():
        policies.objects.create(verb="dispatch", topic=topic, allows=False, note=note)


def leave_our_topics(_apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Undo it: the policies go with their table."""


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("events", "0002_roles"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="event",
            options={
                "permissions": [
                    ("operate_event", "Can restart, abort and delete events"),
                    ("view_secrets", "Can see values that look like secrets"),
                ]
            },
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="projects",
            field=models.JSONField(blank=True, default=list, validators=[events.models.credential.check_projects]),
        ),
        migrations.AddField(
            model_name="apikey",
            name="topics",
            field=models.JSONField(blank=True, default=list, validators=[events.models.credential.check_patterns]),
        ),
        migrations.AddField(
            model_name="apikey",
            name="verbs",
            field=models.JSONField(blank=True, default=list, validators=[events.models.credential.check_verbs]),
        ),
        migrations.CreateModel(
            name="TopicPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("dispatch", "dispatch"),
                            ("publish", "publish"),
                            ("read", "read"),
                            ("receive", "receive"),
                            ("update", "update"),
                            ("enroll", "enroll"),
                            ("operate", "operate"),
                        ],
                        max_length=16,
                    ),
                ),
                ("topic", models.CharField(max_length=65, validators=[events.models.policy.check_pattern])),
                ("allows", models.BooleanField(default=False, verbose_name="allowed")),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("admin", "admins"),
                            ("manager", "managers"),
                            ("service", "services"),
                            ("user", "users"),
                            ("guest", "guests"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
                ("note", models.CharField(blank=True, default="", help_text="Why it is so.", max_length=255)),
                (
                    "group",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="auth.group"
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="events.apikey",
                        verbose_name="API key",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "topic policies",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role", ""), models.Q(("group__isnull", True), ("key__isnull", True)), _connector="OR"
                        ),
                        name="policy_names_one_subject",
                        violation_error_message="Name a role, a group or a key: one of them, or none for everybody.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("group__isnull", True), ("key__isnull", True), _connector="OR"),
                        name="policy_names_group_or_key",
                        violation_error_message="Name a role, a group or a key: one of them, or none for everybody.",
                    ),
                    models.UniqueConstraint(
                        models.F("verb"),
                        models.F("topic"),
                        models.F("role"),
                        django.db.models.functions.comparison.Coalesce("group", 0),
                        django.db.models.functions.comparison.Coalesce("key", 0),
                        name="policy_once",
                        violation_error_message="There is a policy for this verb, topic and subject already.",
                    ),
                ],
            },
        ),
        migrations.RunPython(refuse_our_topics, leave_our_topics),
    ]
