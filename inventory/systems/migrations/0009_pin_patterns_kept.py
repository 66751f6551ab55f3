"""A pattern is withdrawn, never changed or deleted."""

from django.db import migrations

SQL = """
CREATE FUNCTION pin_pattern_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_because'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND (to_jsonb(NEW) - withdrawal) = (to_jsonb(OLD) - withdrawal) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A pattern is kept as it was added: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER pin_pattern_stays BEFORE UPDATE OR DELETE ON systems_pinpattern
    FOR EACH ROW EXECUTE FUNCTION pin_pattern_stays();
"""
BACK = """
DROP TRIGGER pin_pattern_stays ON systems_pinpattern;
DROP FUNCTION pin_pattern_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("systems", "0008_pin_patterns")]
    operations = [migrations.RunSQL(SQL, BACK)]
