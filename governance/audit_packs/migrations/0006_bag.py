"""Packs become bags; those that were sealed or given up before stay PDFs."""

from typing import Any

from django.db import migrations, models

CHAR = {"blank": True, "editable": False}


def sealed_before(apps: Any, schema_editor: Any) -> None:
    """Say of every sealed pack that it is a PDF."""
    pack = apps.get_model("audit_packs", "EvidencePack")
    pack.objects.filter(status="sealed").update(format="pdf")


class Migration(migrations.Migration):
    dependencies = [("audit_packs", "0005_sharing")]
    operations = [
        *(
            migrations.AddField("evidencepack", name, field)
            for name, field in (
                ("purpose", models.CharField(blank=True, max_length=400)),
                ("zone", models.CharField(default="UTC", max_length=64)),
                (
                    "format",
                    models.CharField(
                        choices=[("bag", "Bag"), ("pdf", "Pdf")],
                        default="bag",
                        editable=False,
                        max_length=8,
                    ),
                ),
                ("pdf_sha256", models.CharField(max_length=64, **CHAR)),
                ("pdf_bytes", models.BigIntegerField(editable=False, null=True)),
                ("previous_size", models.BigIntegerField(editable=False, null=True)),
                ("entries", models.PositiveIntegerField(editable=False, null=True)),
                ("break_glass", models.BooleanField(default=False, editable=False)),
            )
        ),
        migrations.RunPython(sealed_before, migrations.RunPython.noop),
        migrations.AddConstraint(
            "evidencepack",
            models.CheckConstraint(
                condition=models.Q(format__in=["bag", "pdf"]), name="pack_format_known"
            ),
        ),
    ]
