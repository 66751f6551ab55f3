"""The database refuses to change what was recorded, also for the owner of the tables."""

from django.db import migrations

SQL = """
ALTER TABLE ledger_entry ADD CONSTRAINT entry_leaf_holds
    CHECK (leaf = sha256('\\x00'::bytea || body));
ALTER TABLE ledger_entry ADD CONSTRAINT entry_body_fits CHECK (octet_length(body) < 65536);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The record is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER leaf_no_change BEFORE UPDATE OR DELETE ON ledger_leafsequence
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER leaf_no_truncate BEFORE TRUNCATE ON ledger_leafsequence
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER entry_no_change;
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER entry_no_truncate;
ALTER TABLE ledger_leafsequence ENABLE ALWAYS TRIGGER leaf_no_change;
ALTER TABLE ledger_leafsequence ENABLE ALWAYS TRIGGER leaf_no_truncate;

CREATE FUNCTION ledger_await() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_pending (entry_id) SELECT id FROM new_rows;
    RETURN NULL;
END $$;
CREATE TRIGGER entry_awaits AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ledger_await();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER entry_awaits;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
