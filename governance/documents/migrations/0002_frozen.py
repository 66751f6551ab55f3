"""The database keeps a signed document as it was signed."""

from django.db import migrations

SQL = """
CREATE FUNCTION documents_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND NEW.superseded_at IS NOT NULL
        AND (to_jsonb(NEW) - 'superseded_at') = (to_jsonb(OLD) - 'superseded_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A signed document is frozen: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER document_frozen BEFORE UPDATE OR DELETE ON documents_signeddocument
    FOR EACH ROW EXECUTE FUNCTION documents_refuse();
"""
BACK = """
DROP TRIGGER document_frozen ON documents_signeddocument;
DROP FUNCTION documents_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
