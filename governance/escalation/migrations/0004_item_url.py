"""The page of a thing finds the open item about it by its address."""

from django.db import migrations, models

OPEN = ["acknowledged", "escalated", "notified", "open", "snoozed", "unhandled"]


class Migration(migrations.Migration):
    dependencies = [("escalation", "0003_failed")]

    operations = [
        migrations.AddIndex(
            "item",
            models.Index(fields=["url"], condition=models.Q(status__in=OPEN), name="item_open_url"),
        ),
    ]
