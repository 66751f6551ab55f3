"""The counter behind EV-001, and a guard: evidence is withdrawn, never changed or deleted."""

from django.db import migrations

SQL = """
CREATE SEQUENCE evidence_ref;
CREATE FUNCTION evidence_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_because'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND (to_jsonb(NEW) - withdrawal) = (to_jsonb(OLD) - withdrawal) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Evidence is kept as it was added: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER evidence_kept BEFORE UPDATE OR DELETE ON evidence_evidenceitem
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse();
"""
BACK = """
DROP TRIGGER evidence_kept ON evidence_evidenceitem;
DROP FUNCTION evidence_refuse();
DROP SEQUENCE evidence_ref;
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
