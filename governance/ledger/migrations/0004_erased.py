"""A personal value goes only where an entry of the record names it, and then it does go."""

from django.db import migrations, models

SQL = """
CREATE FUNCTION ledger_erase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        WITH named AS MATERIALIZED (
            SELECT e.id, one.key AS number, one.value AS paths
            FROM ledger_entry e,
                jsonb_each(convert_from(e.body, 'UTF8')::jsonb #> '{data,erased}') one
            WHERE e.action = 'personal.erased' AND e.id IN (SELECT erasure_id FROM new_rows)
        )
        SELECT FROM new_rows n
        LEFT JOIN ledger_leafsequence l ON l.entry_id = n.entry_id
        LEFT JOIN named ON named.id = n.erasure_id AND named.number = l.seq::text
        WHERE NOT coalesce(named.paths ? n.path, false)
    ) THEN
        RAISE EXCEPTION 'A personal value goes only where a personal.erased entry names it.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    DELETE FROM ledger_personal p USING new_rows n
        WHERE p.entry_id = n.entry_id AND p.path = n.path;
    RETURN NULL;
END $$;
CREATE TRIGGER erased_takes AFTER INSERT ON ledger_erased
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_erase();

CREATE FUNCTION ledger_keep_personal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM old_rows o WHERE NOT EXISTS (
            SELECT FROM ledger_erased x WHERE x.entry_id = o.entry_id AND x.path = o.path
        )
    ) THEN
        RAISE EXCEPTION 'A personal value goes only where a personal.erased entry names it.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER personal_kept AFTER DELETE ON ledger_personal
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_personal();

CREATE TRIGGER erased_no_change BEFORE UPDATE OR DELETE ON ledger_erased
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER erased_no_truncate BEFORE TRUNCATE ON ledger_erased
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
ALTER TABLE ledger_erased ENABLE ALWAYS TRIGGER erased_takes;
ALTER TABLE ledger_erased ENABLE ALWAYS TRIGGER erased_no_change;
ALTER TABLE ledger_erased ENABLE ALWAYS TRIGGER erased_no_truncate;
ALTER TABLE ledger_personal ENABLE ALWAYS TRIGGER personal_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_guards")]
    operations = [
        migrations.CreateModel(
            name="Erased",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                ("path", models.CharField(max_length=500)),
                ("erasure_id", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "erased",
                "constraints": [
                    models.UniqueConstraint(fields=["entry_id", "path"], name="erased_once")
                ],
            },
        ),
        migrations.RunSQL(SQL, migrations.RunSQL.noop),
    ]
