"""The database keeps what a version runs: its bundle never changes, and it never goes."""

from django.db import migrations

SQL = """
CREATE FUNCTION version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE open text[] := ARRAY['provider_retires_on', 'row_version'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.frozen_at IS NULL THEN
            open := open || ARRAY['notes', 'training_data_ref', 'frozen_at'];
        END IF;
        IF (to_jsonb(NEW) - open) = (to_jsonb(OLD) - open) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'What a version runs never changes: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER version_stays BEFORE UPDATE OR DELETE ON systems_modelversion
    FOR EACH ROW EXECUTE FUNCTION version_stays();
ALTER TABLE systems_modelversion ENABLE ALWAYS TRIGGER version_stays;
"""
BACK = """
DROP TRIGGER version_stays ON systems_modelversion;
DROP FUNCTION version_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("systems", "0006_bundles_of_rows")]
    operations = [migrations.RunSQL(SQL, BACK)]
