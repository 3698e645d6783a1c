"""Who is connected to each server process."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0004_attempts")]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                ("process", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("seen_at", models.DateTimeField()),
                ("connections", models.JSONField()),
            ],
        ),
    ]
