"""The database keeps questions put to people: each ends once and is never deleted."""

from django.db import migrations

SQL = """
CREATE FUNCTION fact_request_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ending text[] := ARRAY['answered_at', 'withdrawn_at'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.answered_at IS NULL AND OLD.withdrawn_at IS NULL
        AND (to_jsonb(NEW) - ending) = (to_jsonb(OLD) - ending) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A question stays as it was asked, and ends once: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER fact_request_kept BEFORE UPDATE OR DELETE ON classification_factrequest
    FOR EACH ROW EXECUTE FUNCTION fact_request_refuse();
"""
BACK = """
DROP TRIGGER fact_request_kept ON classification_factrequest;
DROP FUNCTION fact_request_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("classification", "0006_answers")]
    operations = [migrations.RunSQL(SQL, BACK)]
