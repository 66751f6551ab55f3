"""The database keeps a signed classification as it was signed."""

from django.db import migrations

SQL = """
CREATE FUNCTION classification_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
        AND (to_jsonb(NEW) - 'superseded_at') = (to_jsonb(OLD) - 'superseded_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A signed classification is frozen: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER assessment_frozen BEFORE UPDATE OR DELETE ON classification_assessment
    FOR EACH ROW EXECUTE FUNCTION classification_refuse();
"""
BACK = """
DROP TRIGGER assessment_frozen ON classification_assessment;
DROP FUNCTION classification_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("classification", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
