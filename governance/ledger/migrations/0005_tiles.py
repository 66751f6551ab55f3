"""Full tiles of the tree, which the database refuses to change."""

from django.db import migrations, models

SQL = """
ALTER TABLE ledger_tile ADD CONSTRAINT tile_is_full
    CHECK (octet_length(hashes) = 8192 AND octet_length(root) = 32);
CREATE TRIGGER tile_no_change BEFORE UPDATE OR DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER tile_no_truncate BEFORE TRUNCATE ON ledger_tile
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
ALTER TABLE ledger_tile ENABLE ALWAYS TRIGGER tile_no_change;
ALTER TABLE ledger_tile ENABLE ALWAYS TRIGGER tile_no_truncate;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_erased")]
    operations = [
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
                ("root", models.BinaryField()),
            ],
            options={
                "ordering": ["level", "index"],
                "constraints": [
                    models.UniqueConstraint(fields=("level", "index"), name="tile_once"),
                    models.CheckConstraint(
                        condition=models.Q(("index__gte", 0)), name="tile_from_zero"
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
