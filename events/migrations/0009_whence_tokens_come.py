"""From which address and program a token was got. Processes that do not know of it yet go on making tokens."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events", "0008_grants_said_plainly")]

    operations = [
        migrations.AddField("accesstoken", "address", models.CharField(db_default="", editable=False, max_length=64)),
        migrations.AddField("accesstoken", "program", models.CharField(db_default="", editable=False, max_length=200)),
    ]
