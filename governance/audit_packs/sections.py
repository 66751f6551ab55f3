"""The sections of a system in a pack, each read for many systems in a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from governance.accounts.access import people_behind
from governance.accounts.models import BusinessUnit
from governance.ledger.rules import CLOCK
from inventory.systems.models import AISystem
from inventory.vendors.models import Agreement

Facts = dict[str, Any]


@dataclass
class Batch:
    """Systems that are read together, and the ledger objects that belong to each of them."""

    systems: Sequence[AISystem]
    day: date
    whole: bool = True  # few enough systems in the pack for whole traces
    size: int | None = None  # of the checkpoint: later entries are not told; None tells all
    subjects: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for system in self.systems:
            self.subjects["aisystem", str(system.pk)].add(system.pk)

    @property
    def ids(self) -> list[int]:
        """Return the keys of the systems."""
        return [system.pk for system in self.systems]

    def add(self, kind: str, pk: int, system: int) -> None:
        """Count a ledger object to a system's timeline."""
        self.subjects[kind, str(pk)].add(system)


def iso(value: date | datetime | None) -> str | None:
    """Return a day as YYYY-MM-DD, a moment as UTC to the second."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if value else None


def names_of(handles: Iterable[str]) -> dict[str, str]:
    """Return the name behind each handle of the record; a handle without a person is its own."""
    asked = set(handles)
    people = {handle: person.name for handle, person in people_behind(asked).items()}
    return {handle: handle for handle in asked} | people | {CLOCK.handle: CLOCK.name}


def cards(batch: Batch) -> dict[int, Facts]:
    """Return what the inventory says of each system."""
    names = _unit_names(system.unit for system in batch.systems)
    return {system.pk: _card(system, names) for system in batch.systems}


def _unit_names(units: Iterable[BusinessUnit]) -> dict[int, str]:
    ids = {pk for unit in units for pk in unit.path}
    return dict(BusinessUnit.objects.filter(pk__in=ids).values_list("pk", "name"))


def _card(system: AISystem, units: dict[int, str]) -> Facts:
    return {
        "intended_purpose": system.intended_purpose,
        "outputs": system.outputs,
        "unit": [units[pk] for pk in system.unit.path],
        "owner": system.owner and system.owner.name,
        "our_roles": sorted(system.our_roles),
        "stage": system.stage,
        "vendor": system.vendor and system.vendor.name,
        "architecture": system.architecture,
        "data_categories": sorted(system.data_categories),
        "people_affected": sorted(system.people_affected),
        "countries": sorted(system.countries),
        "impact_flags": sorted(system.impact_flags),
        "initiated_on": iso(system.initiated_on),
        "live_since": iso(system.live_since),
        "retired_on": iso(system.retired_on),
        "origin": system.origin,
        "source": system.source,
        "external_key": system.external_key,
        "source_facts": exact(system.source_facts),
        "distinct_because": system.distinct_because,
        "row_version": system.row_version,
        "registered_at": iso(system.created_at),
    }


def exact(value: Any) -> Any:
    """Return JSON without floats: a number that is not whole becomes text, 7.0 becomes 7."""
    if isinstance(value, dict):
        return {str(key): exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exact(item) for item in value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else f"{value:g}"
    return value


def agreements(batch: Batch) -> dict[int, list[Facts]]:
    """Return each system's agreements with their state on the day of reading."""
    through = AISystem.agreements.through
    links = through.objects.filter(aisystem__in=batch.ids).values_list(
        "aisystem_id", "agreement_id"
    )
    known = Agreement.objects.select_related("vendor").in_bulk({pk for _, pk in links})
    found: dict[int, list[Facts]] = defaultdict(list)
    for system, pk in sorted(links, key=lambda link: known[link[1]].ref):
        found[system].append(_agreement(known[pk], batch.day))
        batch.add("agreement", pk, system)
    return found


def _agreement(agreement: Agreement, day: date) -> Facts:
    return {
        "ref": agreement.ref,
        "kind": agreement.kind,
        "title": agreement.title,
        "vendor": agreement.vendor.name,
        "our_party": agreement.our_party,
        "state": agreement.state(day).value,
        "signed_on": iso(agreement.signed_on),
        "effective_from": iso(agreement.effective_from),
        "expires_on": iso(agreement.expires_on),
        "notice_days": agreement.notice_days,
        "document_sha256": agreement.document_sha256,
    }
