"""What an import would do: rows against what is here. Reads only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from governance.accounts.models import BusinessUnit, User
from inventory.imports.mapping import KEY_COLUMN, FileMapping, Unclear
from inventory.imports.models import ImportRow, ImportRun, SourceRow
from inventory.imports.rules import RowResult, as_json
from inventory.imports.table import WHOLE_ROW, Problem, guarded
from inventory.systems.models import AISystem

CHUNK = 100  # rows of one transaction
SHOWN = 20  # rows a preview shows
TAKEN = "its key belongs to a system elsewhere; give the mapping a source name of its own"


@dataclass(frozen=True)
class Changed:
    """A row that says something new of a system that is here."""

    result: RowResult
    system: AISystem
    source: SourceRow | None


@dataclass
class Plan:
    """What some rows come to."""

    new: list[RowResult] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    unchanged: list[RowResult] = field(default_factory=list)
    rejected: list[RowResult] = field(default_factory=list)
    noted: list[RowResult] = field(default_factory=list)  # those of the others that have notes
    owners: dict[str, User] = field(default_factory=dict)  # by lower-case address


def chunks(results: Iterable[RowResult], size: int = CHUNK) -> Iterator[list[RowResult]]:
    """Give rows in lists of a size, the last one shorter."""
    waiting = iter(results)
    while chunk := list(islice(waiting, size)):
        yield chunk


def plan(results: Sequence[RowResult], mapping: FileMapping, unit: BusinessUnit) -> Plan:
    """Return what rows come to in a unit: new, changed, unchanged, rejected. Three statements."""
    owners = people_named(results)
    known = systems_by_key(mapping.source, [result.key for result in results])
    sorted_rows = Plan(owners=owners)
    for given in results:
        result = _with_owner(given, mapping, owners)
        system = known.get(result.key)
        if system is not None and unit.pk not in system.unit.path and not result.problems:
            result = replace(result, problems=(Problem(WHOLE_ROW, TAKEN),))
        _sort(sorted_rows, result, system)
    return sorted_rows


def _sort(rows: Plan, result: RowResult, system: AISystem | None) -> None:
    if result.problems:
        rows.rejected.append(result)
        return
    if result.notes:
        rows.noted.append(result)
    if system is None:
        rows.new.append(result)
    else:
        source: SourceRow | None = getattr(system, "source_row", None)
        if source is not None and source.digest == result.digest():
            rows.unchanged.append(result)
        else:
            rows.changed.append(Changed(result, system, source))


def systems_by_key(source: str, keys: Sequence[str]) -> dict[str, AISystem]:
    """Return the systems of a source with these keys, each with its unit and source row."""
    systems = AISystem.objects.filter(source=source, external_key__in=[key for key in keys if key])
    related = systems.select_related("unit", "source_row", "vendor", "owner")
    return {system.external_key: system for system in related}


def people_named(results: Sequence[RowResult]) -> dict[str, User]:
    """Return the active people whose addresses the rows give as owner."""
    addresses = {str(result.fields.get("owner") or "").lower() for result in results} - {""}
    if not addresses:
        return {}
    people = User.objects.filter(email__in=addresses, is_active=True, is_service=False)
    return {person.email: person for person in people}


def _with_owner(result: RowResult, mapping: FileMapping, owners: dict[str, User]) -> RowResult:
    """Return the row, refused or noted when nobody here has the owner's address."""
    address = str(result.fields.get("owner") or "").lower()
    if not address or address in owners:
        return result
    take = mapping.fields["owner"]
    column = next(iter(take.columns), "owner")
    said = (Problem(column, f"nobody here has the address “{address}”"),)
    if take.unclear == Unclear.REJECT:
        return replace(result, problems=result.problems + said)
    facts = dict(result.facts) | {column: address}
    fields = dict(result.fields) | {"owner": ""}
    return replace(result, fields=fields, facts=facts, notes=result.notes + said)


def new_values(change: Changed) -> dict[str, Any]:
    """Return the fields in which the source says something else than it did last time.

    Where nothing is known of last time, those that differ from the system.
    """
    result, system = change.result, change.system
    if change.source is None:
        return {n: v for n, v in result.fields.items() if v is not None and _held(system, n) != v}
    before = change.source.fields
    return {n: v for n, v in result.fields.items() if before.get(n) != as_json(v)}


def _held(system: AISystem, name: str) -> Any:
    if name == "owner":
        return system.owner.email if system.owner else ""
    if name == "vendor":
        return system.vendor.name if system.vendor else ""
    return getattr(system, name)


@dataclass
class Forecast:
    """What a whole file would do."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[RowResult] = field(default_factory=list)
    noted: list[RowResult] = field(default_factory=list)
    sample: list[tuple[RowResult, str]] = field(default_factory=list)
    unit_paths: set[tuple[str, ...]] = field(default_factory=set)

    def add(self, rows: Plan) -> None:
        """Count what some rows come to."""
        told = [(row, "new") for row in rows.new] + [(c.result, "changed") for c in rows.changed]
        told += [(row, "unchanged") for row in rows.unchanged]
        told += [(row, "rejected") for row in rows.rejected]
        self.rows += len(told)
        self.created += len(rows.new)
        self.changed += len(rows.changed)
        self.unchanged += len(rows.unchanged)
        self.rejected += rows.rejected
        self.noted += rows.noted
        self.unit_paths |= {row.unit_path for row in rows.new}
        if len(self.sample) < SHOWN:
            told.sort(key=lambda pair: pair[0].number)
            self.sample += told[: SHOWN - len(self.sample)]


def forecast(results: Iterable[RowResult], mapping: FileMapping, unit: BusinessUnit) -> Forecast:
    """Return what a file would do, without doing it."""
    whole = Forecast()
    for chunk in chunks(results, 1_000):
        whole.add(plan(chunk, mapping, unit))
    return whole


def missing_units(unit: BusinessUnit, paths: Iterable[tuple[str, ...]]) -> int:
    """Return how many units would have to be made below a unit for these paths."""
    below = BusinessUnit.objects.filter(path__contains=[unit.pk])
    names = dict(below.values_list("pk", "name"))
    here = set()
    for path in below.values_list("path", flat=True):
        inner = path[path.index(unit.pk) + 1 :]
        here.add(tuple(names[pk].casefold() for pk in inner))
    wanted = {
        tuple(name.casefold() for name in path[:depth])
        for path in paths
        for depth in range(1, len(path) + 1)
    }
    return len(wanted - here)


def report(run: ImportRun) -> dict[str, Any]:
    """Return what a run did, as the report file says it; one item for each refused row."""
    told = run.told_rows.all()
    return {
        "run": run.ref,
        "status": run.status,
        "rows": run.rows,
        "created": run.created,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "rejected": [refusal(row) for row in told if row.is_rejected],
        "units_created": run.units_created,
        "seconds": run.seconds,
        "file": {"name": run.file_name, "sha256": run.file_sha256, "read_as": run.read_notes},
        "notes": [refusal(row) for row in told if not row.is_rejected],
    }


def refusal(row: ImportRow) -> dict[str, Any]:
    """Return what is told of a kept row."""
    return said(row.number, [Problem(column, reason) for column, reason in row.reasons])


def said(number: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return a row's number with its first reason, and the others under "more"."""
    reasons = [vars(problem) for problem in problems]
    return {"row": number, **reasons[0]} | ({"more": reasons[1:]} if reasons[1:] else {})


def corrected_file(run: ImportRun) -> tuple[list[str], Iterator[list[str]]]:
    """Return header and cells of the refused rows only, to be corrected and imported again.

    Where a refused row had its key numbered, a last column keeps the keys: alone in a file of
    its own the row would otherwise be taken for the first of its name.
    """
    rows = run.told_rows.filter(is_rejected=True)
    numbered = any(" #" in key for key in rows.values_list("key", flat=True))
    extra = numbered and KEY_COLUMN not in run.header
    header = [*run.header, KEY_COLUMN] if extra else list(run.header)
    cells = ([*row.cells, row.key] if extra else row.cells for row in rows.iterator())
    header = [guarded(name) for name in header]
    return header, ([guarded(cell) for cell in row] for row in cells)
