"""The counters behind VEN-001 and AGR-001."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("vendors", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE vendor_ref", "DROP SEQUENCE vendor_ref"),
        migrations.RunSQL("CREATE SEQUENCE agreement_ref", "DROP SEQUENCE agreement_ref"),
    ]
