"""The counter behind EP-001, EP-002, …"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit_packs", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE pack_ref", "DROP SEQUENCE pack_ref"),
    ]
