"""A step has as many pieces of evidence as were given with it; those of before are taken over."""

import django.db.models.deletion
from django.db import migrations, models

TAKE_OVER = """
INSERT INTO incidents_stepproof (step_id, item_id)
SELECT id, evidence_id FROM incidents_incidentstep WHERE evidence_id IS NOT NULL ORDER BY id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
KEEP = """
CREATE TRIGGER step_proof_kept BEFORE UPDATE OR DELETE ON incidents_stepproof
    FOR EACH ROW EXECUTE FUNCTION incident_step_refuse();
"""
LET_GO = "DROP TRIGGER step_proof_kept ON incidents_stepproof;"


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_kept"), ("incidents", "0003_ended")]

    operations = [
        migrations.CreateModel(
            name="StepProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.evidenceitem",
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="incidents.incidentstep",
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.AddConstraint(
            model_name="stepproof",
            constraint=models.UniqueConstraint(fields=("step", "item"), name="step_proof_once"),
        ),
        migrations.RunSQL(TAKE_OVER, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="incidentstep", name="evidence"),
        migrations.AddField(
            model_name="incidentstep",
            name="evidence",
            field=models.ManyToManyField(
                related_name="+", through="incidents.StepProof", to="evidence.evidenceitem"
            ),
        ),
        migrations.RunSQL(KEEP, LET_GO),
    ]
