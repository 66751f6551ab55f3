"""What people said by hand shows a control."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.text import Truncator

from governance.crosswalk.evidence.registry import Scope, query
from governance.crosswalk.models import Statement
from governance.crosswalk.rules import Shown

Rows = Iterable[tuple[int, Shown]]
LONGEST = 200  # characters of what was said, in a list


@query(Statement, "statements signed by a named person", takes=True)
def statements(scope: Scope, of: tuple[str, ...]) -> Rows:
    """Return the statements on these controls; stale after their day of review."""
    mine = Q(system__isnull=True) | Q(system__in=scope.among)
    rows = Statement.objects.standing().filter(mine, control__in=of).select_related("signed_by")
    for row in rows.order_by("pk"):
        shown = Shown(
            ref=row.ref,
            words=f"{row.signed_by.name} states: {Truncator(row.said).chars(LONGEST)}",
            on=scope.day(row.signed_at),
            kind="statement",
            pk=row.pk,
            page=("crosswalk:control", row.control),
            stale=f"Its review was due on {row.review_on}." if row.review_on < scope.today else "",
            key=row.control,
        )
        if row.system_id is None:
            yield from scope.served(None, shown)
        else:
            yield row.system_id, shown
