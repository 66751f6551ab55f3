"""What a pack is about; packs that were asked for before say their ref."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit_packs", "0002_refs")]
    operations = [
        migrations.AddField(
            "evidencepack",
            "subject",
            models.CharField(max_length=400, default="Evidence pack"),
            preserve_default=False,
        ),
        migrations.AlterField("evidencepack", "scope", models.JSONField(blank=True, default=dict)),
    ]
