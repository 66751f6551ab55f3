"""An auditor is let in from a day to a day, for a purpose."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import governance.accounts.rules


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_one_root"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="begins_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="membership",
            name="granted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="granted_roles",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="purpose",
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("begins_on__isnull", True),
                    models.Q(
                        ("role", governance.accounts.rules.Role["AUDITOR"]),
                        ("ends_on__gte", models.F("begins_on")),
                    ),
                    _connector="OR",
                ),
                name="only_an_auditor_begins",
            ),
        ),
    ]
