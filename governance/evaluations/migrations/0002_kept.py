"""The counter behind RUN-001, and guards: what ran stays as it came in."""

from django.db import migrations

SQL = """
CREATE SEQUENCE evaluation_run_ref;

CREATE FUNCTION evaluations_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What an evaluation showed is kept as it came in: % of % is refused.',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION evaluations_keep_run() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE withdrawal text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawn_because'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL
        AND (to_jsonb(NEW) - withdrawal) = (to_jsonb(OLD) - withdrawal) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'An evaluation run is kept as it came in: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION evaluations_keep_suite() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fixed text[] := ARRAY['cases', 'cases_digest'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.cases_digest = ''
        AND (to_jsonb(NEW) - fixed) = (to_jsonb(OLD) - fixed) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A revision of a suite stays as it is: % is refused.', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION evaluations_no_more_results() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE told record;
BEGIN
    FOR told IN SELECT run.id, run.ref, run.passed + run.failed + run.skipped AS said
        FROM evaluations_run run WHERE run.id IN (SELECT DISTINCT run_id FROM added)
    LOOP
        IF (SELECT count(*) FROM evaluations_caseresult WHERE run_id = told.id) > told.said THEN
            RAISE EXCEPTION '% has all its results: no more are taken.', told.ref
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;

CREATE FUNCTION evaluations_all_results() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found record;
BEGIN
    SELECT count(*) FILTER (WHERE passed) AS passed, count(*) FILTER (WHERE NOT passed) AS failed,
        count(*) FILTER (WHERE passed IS NULL) AS skipped
    INTO found FROM evaluations_caseresult WHERE run_id = NEW.id;
    IF (found.passed, found.failed, found.skipped) <> (NEW.passed, NEW.failed, NEW.skipped) THEN
        RAISE EXCEPTION 'The results of % are not those that it counts.', NEW.ref
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER suite_kept BEFORE UPDATE OR DELETE ON evaluations_suite
    FOR EACH ROW EXECUTE FUNCTION evaluations_keep_suite();
CREATE TRIGGER run_kept BEFORE UPDATE OR DELETE ON evaluations_run
    FOR EACH ROW EXECUTE FUNCTION evaluations_keep_run();
CREATE TRIGGER result_kept BEFORE UPDATE OR DELETE ON evaluations_caseresult
    FOR EACH ROW EXECUTE FUNCTION evaluations_refuse();
CREATE TRIGGER suite_no_truncate BEFORE TRUNCATE ON evaluations_suite
    FOR EACH STATEMENT EXECUTE FUNCTION evaluations_refuse();
CREATE TRIGGER run_no_truncate BEFORE TRUNCATE ON evaluations_run
    FOR EACH STATEMENT EXECUTE FUNCTION evaluations_refuse();
CREATE TRIGGER result_no_truncate BEFORE TRUNCATE ON evaluations_caseresult
    FOR EACH STATEMENT EXECUTE FUNCTION evaluations_refuse();
CREATE TRIGGER result_no_more AFTER INSERT ON evaluations_caseresult
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION evaluations_no_more_results();
CREATE CONSTRAINT TRIGGER run_all_results AFTER INSERT ON evaluations_run
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION evaluations_all_results();

ALTER TABLE evaluations_suite ENABLE ALWAYS TRIGGER suite_kept;
ALTER TABLE evaluations_suite ENABLE ALWAYS TRIGGER suite_no_truncate;
ALTER TABLE evaluations_run ENABLE ALWAYS TRIGGER run_kept;
ALTER TABLE evaluations_run ENABLE ALWAYS TRIGGER run_no_truncate;
ALTER TABLE evaluations_caseresult ENABLE ALWAYS TRIGGER result_kept;
ALTER TABLE evaluations_caseresult ENABLE ALWAYS TRIGGER result_no_truncate;
"""
BACK = """
DROP TRIGGER suite_kept ON evaluations_suite;
DROP TRIGGER suite_no_truncate ON evaluations_suite;
DROP TRIGGER run_kept ON evaluations_run;
DROP TRIGGER run_no_truncate ON evaluations_run;
DROP TRIGGER run_all_results ON evaluations_run;
DROP TRIGGER result_kept ON evaluations_caseresult;
DROP TRIGGER result_no_truncate ON evaluations_caseresult;
DROP TRIGGER result_no_more ON evaluations_caseresult;
DROP FUNCTION evaluations_refuse();
DROP FUNCTION evaluations_keep_run();
DROP FUNCTION evaluations_keep_suite();
DROP FUNCTION evaluations_no_more_results();
DROP FUNCTION evaluations_all_results();
DROP SEQUENCE evaluation_run_ref;
"""


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
