"""The counter behind UPD-001, UPD-002, …"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE review_ref", "DROP SEQUENCE review_ref"),
    ]
