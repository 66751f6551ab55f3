"""Personal values may come and go but not change; numbers start at 0; days are found by range."""

import django.contrib.postgres.indexes
from django.db import migrations, models

SQL = """
CREATE TRIGGER personal_no_change BEFORE UPDATE ON ledger_personal
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER personal_no_truncate BEFORE TRUNCATE ON ledger_personal
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
ALTER TABLE ledger_personal ENABLE ALWAYS TRIGGER personal_no_change;
ALTER TABLE ledger_personal ENABLE ALWAYS TRIGGER personal_no_truncate;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AlterField("personal", "path", models.CharField(max_length=500)),
        migrations.AddConstraint(
            "leafsequence",
            models.CheckConstraint(condition=models.Q(seq__gte=0), name="leaf_from_zero"),
        ),
        migrations.AddIndex(
            "entry",
            django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="entry_at"),
        ),
        migrations.AddIndex("entry", models.Index(fields=["actor_ref", "-id"], name="entry_actor")),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
