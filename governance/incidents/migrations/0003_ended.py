"""The database keeps incidents: whose they are never changes, what has ended does not go on."""

from django.db import migrations

SQL = """
CREATE FUNCTION incident_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Incidents are kept, and end once: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER incident_kept BEFORE DELETE ON incidents_incident
    FOR EACH ROW EXECUTE FUNCTION incident_refuse();
CREATE TRIGGER incident_ends_once BEFORE UPDATE ON incidents_incident FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL
          OR (OLD.ref, OLD.system_id, OLD.registered_by_id, OLD.registered_at) IS DISTINCT FROM
             (NEW.ref, NEW.system_id, NEW.registered_by_id, NEW.registered_at))
    EXECUTE FUNCTION incident_refuse();
"""
BACK = """
DROP TRIGGER incident_ends_once ON incidents_incident;
DROP TRIGGER incident_kept ON incidents_incident;
DROP FUNCTION incident_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0002_kept")]
    operations = [migrations.RunSQL(SQL, BACK)]
