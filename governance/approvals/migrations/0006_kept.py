"""Drops the table of reviews, and lets the database refuse what would rewrite a decision."""

from django.db import migrations

SQL = """
CREATE FUNCTION approvals_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE may text[] := TG_ARGV[0]::text[];
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - may) = (to_jsonb(OLD) - may)
        AND (array_length(may, 1) IS NULL OR to_jsonb(OLD) ->> may[1] IS NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was said of a release is kept: % of % is refused.',
        TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER vote_kept BEFORE UPDATE OR DELETE ON approvals_vote
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{void_at,void_because}');
CREATE TRIGGER condition_kept BEFORE UPDATE OR DELETE ON approvals_condition
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{met_at,met_by_id,met_how}');
CREATE TRIGGER release_evidence_kept BEFORE UPDATE OR DELETE ON approvals_releaseevidence
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{replaced_at,replaced_by_id,replaced_because}');
CREATE TRIGGER finding_kept BEFORE UPDATE OR DELETE ON approvals_finding
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse(
        '{closed_at,closed_by_id,closed_because,accepted_at,accepted_by_id}');
CREATE TRIGGER freeze_kept BEFORE UPDATE OR DELETE ON approvals_freeze
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{lifted_at,lifted_by_id}');
CREATE TRIGGER remark_kept BEFORE UPDATE OR DELETE ON approvals_remark
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{}');
CREATE TRIGGER canary_report_kept BEFORE UPDATE OR DELETE ON approvals_canaryreport
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{}');
CREATE TRIGGER materiality_kept BEFORE UPDATE OR DELETE ON approvals_materiality
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse('{}');
CREATE FUNCTION approvals_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fixed text[] := ARRAY['ref', 'system_id', 'version_id', 'environment', 'task', 'round',
    'digest', 'submitted_by_id'];
BEGIN
    IF TG_OP = 'DELETE' OR EXISTS (SELECT FROM unnest(fixed) field
        WHERE to_jsonb(NEW) -> field IS DISTINCT FROM to_jsonb(OLD) -> field)
        OR OLD.status IN ('rejected', 'withdrawn', 'retired') AND NEW.status <> OLD.status THEN
        RAISE EXCEPTION 'A release keeps what it is about, and its end: % is refused.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_kept BEFORE UPDATE OR DELETE ON approvals_release
    FOR EACH ROW EXECUTE FUNCTION approvals_release_refuse();
"""
BACK = """
DROP TRIGGER release_kept ON approvals_release;
DROP FUNCTION approvals_release_refuse();
DROP TRIGGER vote_kept ON approvals_vote;
DROP TRIGGER condition_kept ON approvals_condition;
DROP TRIGGER release_evidence_kept ON approvals_releaseevidence;
DROP TRIGGER finding_kept ON approvals_finding;
DROP TRIGGER freeze_kept ON approvals_freeze;
DROP TRIGGER remark_kept ON approvals_remark;
DROP TRIGGER canary_report_kept ON approvals_canaryreport;
DROP TRIGGER materiality_kept ON approvals_materiality;
DROP FUNCTION approvals_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0005_from_reviews")]
    operations = [
        migrations.RunSQL(SQL, BACK),
        migrations.DeleteModel("Review"),
    ]
