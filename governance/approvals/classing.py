"""The class of a change: suggested by the table from two bundles, raised by what piled up."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.utils import timezone

from governance.approvals import changes
from governance.approvals.lifecycle import ChangeClass, at_least
from governance.approvals.models import Release
from inventory.systems.bundles.rules import Bundle

KNOWN = {field.name for field in fields(changes.Declared)}


@dataclass(frozen=True)
class Suggested:
    """The least class of a change, with its reasons as they are kept: path, words, class."""

    change_class: ChangeClass
    reasons: list[dict[str, str]]

    @property
    def words(self) -> str:
        """Return the reasons for the class, as one sentence."""
        mine = [one["words"] for one in self.reasons if one["class"] == self.change_class]
        return "; ".join(words.rstrip(".") for words in mine) or "nothing changed"


def suggested(release: Release) -> Suggested:
    """Return the class that the table gives, and what the changes before it add up to."""
    before = release.before
    old = Bundle.of(before.version.bundle) if before else None
    told = declared(release.declared)
    found = changes.suggest(old, Bundle.of(release.version.bundle), told)
    reasons = [_reason(one.path, one.words, one.change_class) for one in found.reasons]
    piled = changes.cumulative(history(release), timezone.now())
    change = ChangeClass(found.change_class)
    floor = ChangeClass(piled.floor) if piled.floor else None
    if floor and change != ChangeClass.CONFIG:
        reasons += [_reason("", one.words, floor) for one in piled.reasons]
        change = at_least(change, floor)
    return Suggested(change, reasons)


def declared(said: Mapping[str, Any]) -> changes.Declared:
    """Return what was declared about a change, out of what is kept as JSON."""
    given = {name: value for name, value in said.items() if name in KNOWN}
    if "parameters_in_range" in given:
        given["parameters_in_range"] = frozenset(given["parameters_in_range"])
    return changes.Declared(**given)


def _reason(path: str, words: Any, change: Any) -> dict[str, str]:
    return {"path": path, "words": str(words), "class": str(change)}


def history(release: Release) -> list[changes.PastChange]:
    """Return what was approved in the place before, the first first."""
    rows = Release.objects.filter(
        system=release.system_id,
        environment=release.environment,
        task=release.task,
        approved_at__isnull=False,
    )
    past = rows.exclude(pk=release.pk).order_by("approved_at", "pk")
    return [_past(row) for row in past.select_related("version", "before__version")]


def _past(row: Release) -> changes.PastChange:
    delta = row.declared.get("quality_delta")
    old = Bundle.of(row.before.version.bundle).examples if row.before else None
    return changes.PastChange(
        change_class=ChangeClass(row.change_class or ChangeClass.CRITICAL),
        at=row.approved_at or row.submitted_at,
        quality_delta_points=Decimal(delta) if delta else None,
        examples_before=old,
        examples_after=Bundle.of(row.version.bundle).examples,
    )
