"""The counter behind AIS-001, AIS-002, …"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("systems", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE system_ref", "DROP SEQUENCE system_ref"),
    ]
