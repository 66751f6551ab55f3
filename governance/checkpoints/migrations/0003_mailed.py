"""Whether a doubt was mailed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkpoints", "0002_delivery"),
    ]

    operations = [
        migrations.AddField(
            model_name="doubt",
            name="mailed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
