"""The database keeps duties and their proofs: what they are about never changes, nothing goes."""

from django.db import migrations

SQL = """
CREATE FUNCTION obligations_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Duties and what was shown for them are kept: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER duty_kept BEFORE DELETE ON obligations_duty
    FOR EACH ROW EXECUTE FUNCTION obligations_refuse();
CREATE TRIGGER duty_is_about_the_same BEFORE UPDATE ON obligations_duty FOR EACH ROW
    WHEN ((OLD.system_id, OLD.role, OLD.obligation) IS DISTINCT FROM
          (NEW.system_id, NEW.role, NEW.obligation) OR NEW.row_version < OLD.row_version)
    EXECUTE FUNCTION obligations_refuse();
CREATE TRIGGER proof_kept BEFORE UPDATE OR DELETE ON obligations_proof
    FOR EACH ROW EXECUTE FUNCTION obligations_refuse();
CREATE TRIGGER calendar_link_stays_revoked BEFORE UPDATE ON obligations_calendarlink FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL OR (OLD.user_id, OLD.digest) <> (NEW.user_id, NEW.digest))
    EXECUTE FUNCTION obligations_refuse();
"""
BACK = """
DROP TRIGGER calendar_link_stays_revoked ON obligations_calendarlink;
DROP TRIGGER proof_kept ON obligations_proof;
DROP TRIGGER duty_is_about_the_same ON obligations_duty;
DROP TRIGGER duty_kept ON obligations_duty;
DROP FUNCTION obligations_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("obligations", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
