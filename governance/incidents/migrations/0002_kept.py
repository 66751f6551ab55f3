"""The counter behind INC-001, and a guard: what was done about an incident stays as it was said."""

from django.db import migrations

SQL = """
CREATE SEQUENCE incident_ref;
CREATE FUNCTION incident_step_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Steps of an incident are kept as they were recorded: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER incident_step_kept BEFORE UPDATE OR DELETE ON incidents_incidentstep
    FOR EACH ROW EXECUTE FUNCTION incident_step_refuse();
"""
BACK = """
DROP TRIGGER incident_step_kept ON incidents_incidentstep;
DROP FUNCTION incident_step_refuse();
DROP SEQUENCE incident_ref;
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
