"""A loss of the key that somebody declares is a doubt with a person."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("checkpoints", "0003_mailed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="doubt",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="doubt",
            name="kind",
            field=models.CharField(
                choices=[
                    ("smaller", "Smaller"),
                    ("root", "Root"),
                    ("fork", "Fork"),
                    ("key", "Key"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="doubt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "key"),
                    ("person__isnull", True),
                    _connector="XOR",
                ),
                name="doubt_declared",
            ),
        ),
    ]
