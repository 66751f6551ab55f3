"""Brings reviews over as releases, with the same ids and refs; nothing that was decided is lost."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F

FROM_REVIEW = {"rejected": "rejected", "withdrawn": "withdrawn", "submitted": "submitted"}
HELD = "Approved before quorums were counted: one approver, no evidence set."
VALID = timedelta(days=365)
COPIED = (
    *("id", "ref", "version_id", "digest", "reason", "submitted_by_id", "submitted_at"),
    *("assigned_to_id", "decision_reason", "decided_by_id", "decided_at", "row_version"),
)


def bring_over(apps, schema_editor):
    review, make = apps.get_model("approvals", "Review"), apps.get_model("approvals", "Release")
    rounds: dict[int, int] = {}
    last: dict[int, int] = {}
    order = review.objects.order_by(F("decided_at").asc(nulls_last=True), "id")
    rows = list(order.select_related("version"))
    for row in rows:
        if row.status == "approved":
            last[row.version.system_id] = row.pk
    for row in rows:
        release = make(system_id=row.version.system_id, environment="prod")
        for name in COPIED:
            setattr(release, name, getattr(row, name))
        rounds[row.version_id] = release.round = rounds.get(row.version_id, 0) + 1
        _state(release, row, last)
        release.save(force_insert=True)
        _vote(apps, row)


def _state(release, row, last):
    if row.status != "approved":
        release.status = FROM_REVIEW[row.status]
        return
    release.change_class = "C"
    release.approved_at = release.activated_at = row.decided_at
    release.valid_until = row.decided_at + VALID
    release.status = "active" if last[row.version.system_id] == row.pk else "superseded"


def _vote(apps, row):
    if row.status not in ("approved", "rejected"):
        return
    apps.get_model("approvals", "Vote").objects.create(
        release_id=row.pk,
        slot="PO",
        person_id=row.decided_by_id,
        yes=row.status == "approved",
        reason=row.decision_reason or HELD,
        digest=row.digest,
        at=row.decided_at,
    )


class Migration(migrations.Migration):
    dependencies = [("approvals", "0004_releases")]
    operations = [
        migrations.RunPython(bring_over, migrations.RunPython.noop),
        migrations.RunSQL(
            "SELECT setval(pg_get_serial_sequence('approvals_release', 'id'),"
            " greatest((SELECT max(id) FROM approvals_release), 1))",
            migrations.RunSQL.noop,
        ),
    ]
