"""The counter behind IMP-001, IMP-002, …"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("imports", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE import_ref", "DROP SEQUENCE import_ref"),
    ]
