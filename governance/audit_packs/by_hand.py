"""What people stated by hand shows a control: of each system of a pack, and of all systems."""

from typing import Any

from django.db.models import Q, QuerySet

from governance.audit_packs.sections import Batch, Facts, iso
from governance.crosswalk.models import Statement


def statements_of(systems: Any) -> QuerySet[Statement]:
    """Return the statements that stand about these systems, given by their keys, or about all."""
    return Statement.objects.standing().filter(Q(system__isnull=True) | Q(system__in=systems))


def statements(batch: Batch) -> dict[int, list[Facts]]:
    """Return what was stated about each system or all, oldest first, with the digests of files."""
    rows = statements_of(batch.ids).select_related("signed_by").order_by("pk")
    told = [(row.system_id, _told(row)) for row in rows]
    return {pk: [facts for about, facts in told if about in (None, pk)] for pk in batch.ids}


def _told(row: Statement) -> Facts:
    shown = {"file": row.file_name, "sha256": row.sha256} if row.sha256 else {"link": row.link}
    return {
        "ref": row.ref,
        "control": row.control,
        "about": "this system" if row.system_id else "all systems",
        "said": row.said,
        "signed_by": row.signed_by.name,
        "signed_at": iso(row.signed_at),
        "review_on": iso(row.review_on),
        **shown,
    }
