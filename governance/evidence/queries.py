"""Reading evidence: what there is about a system, and what it is worth today."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from governance.evidence.models import EvidenceItem
from governance.evidence.rules import Standing
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Listed:
    """An item with what it is worth today."""

    item: EvidenceItem
    standing: Standing


def listed(items: Iterable[EvidenceItem], today: date) -> list[Listed]:
    """Return items as lists show them: what stands first, each group newest first."""
    rows = [Listed(item, item.standing_on(today)) for item in items]
    order = list(Standing)
    return sorted(rows, key=lambda row: order.index(row.standing))


def evidence_of(system: AISystem, today: date) -> list[Listed]:
    """Return everything added about a system, in one query."""
    rows = EvidenceItem.objects.filter(system=system)
    return listed(rows.select_related("system", "added_by", "withdrawn_by"), today)
