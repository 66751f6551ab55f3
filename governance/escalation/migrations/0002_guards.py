"""What happened stays as it was; a policy tells somebody; a link is used once."""

from django.db import migrations

SQL = """
CREATE FUNCTION escalation_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'What happened is kept as it was: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER event_kept BEFORE UPDATE OR DELETE ON escalation_event
    FOR EACH ROW EXECUTE FUNCTION escalation_refuse();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON escalation_event
    FOR EACH STATEMENT EXECUTE FUNCTION escalation_refuse();
CREATE TRIGGER plan_kept BEFORE UPDATE OR DELETE ON escalation_frozenplan
    FOR EACH ROW EXECUTE FUNCTION escalation_refuse();
ALTER TABLE escalation_event ENABLE ALWAYS TRIGGER event_kept;
ALTER TABLE escalation_event ENABLE ALWAYS TRIGGER event_no_truncate;
ALTER TABLE escalation_frozenplan ENABLE ALWAYS TRIGGER plan_kept;

CREATE FUNCTION escalation_item_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.key <> OLD.key OR NEW.opened_at <> OLD.opened_at
        OR NEW.run < OLD.run OR NEW.count < OLD.count OR NEW.row_version < OLD.row_version THEN
        RAISE EXCEPTION 'An item stays what it is about: % is refused.', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER item_stays BEFORE UPDATE OR DELETE ON escalation_item
    FOR EACH ROW EXECUTE FUNCTION escalation_item_stays();

CREATE FUNCTION escalation_link_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.used_at IS NULL AND (to_jsonb(NEW) - 'used_at') = (to_jsonb(OLD) - 'used_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A link is used once, and says the same for ever.'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER link_used_once BEFORE UPDATE ON escalation_acklink
    FOR EACH ROW EXECUTE FUNCTION escalation_link_used_once();

CREATE FUNCTION escalation_policy_tells() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked bigint;
BEGIN
    IF TG_TABLE_NAME = 'escalation_policy' THEN
        asked := NEW.id;
    ELSE
        asked := OLD.policy_id;
    END IF;
    IF EXISTS (SELECT FROM escalation_policy WHERE id = asked AND retired_at IS NULL)
        AND NOT EXISTS (SELECT FROM escalation_policylevel WHERE policy_id = asked) THEN
        RAISE EXCEPTION 'A policy without a level would tell nobody.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER policy_tells AFTER INSERT OR UPDATE ON escalation_policy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION escalation_policy_tells();
CREATE CONSTRAINT TRIGGER level_leaves_another AFTER UPDATE OR DELETE ON escalation_policylevel
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION escalation_policy_tells();
"""
BACK = """
DROP TRIGGER event_kept ON escalation_event;
DROP TRIGGER event_no_truncate ON escalation_event;
DROP TRIGGER plan_kept ON escalation_frozenplan;
DROP TRIGGER item_stays ON escalation_item;
DROP TRIGGER link_used_once ON escalation_acklink;
DROP TRIGGER policy_tells ON escalation_policy;
DROP TRIGGER level_leaves_another ON escalation_policylevel;
DROP FUNCTION escalation_refuse();
DROP FUNCTION escalation_item_stays();
DROP FUNCTION escalation_link_used_once();
DROP FUNCTION escalation_policy_tells();
"""


class Migration(migrations.Migration):
    dependencies = [("escalation", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
