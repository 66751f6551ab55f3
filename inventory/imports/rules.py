"""Rows into systems: (row, mapping) gives fields, unit, key, facts and problems. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Any

from governance.common.canonical import digest
from inventory.imports.mapping import (
    FIELDS,
    KEY_COLUMN,
    Duplicates,
    FileMapping,
    Take,
    fold,
)
from inventory.imports.table import WHOLE_ROW, Problem, Record
from inventory.imports.taking import READERS, Row, values

MOST_KEY = 300
MOST_UNIT_NAME = 200
HINTS = "Hints"  # where hints lie among the facts


class RunStatus(StrEnum):
    UPLOADED = "uploaded"  # the file is here, the columns are not chosen
    PREVIEWED = "previewed"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # stopped; can be resumed
    CANCELLED = "cancelled"


S = RunStatus
RUN_TRANSITIONS: dict[RunStatus, frozenset[RunStatus]] = {
    S.UPLOADED: frozenset({S.PREVIEWED, S.CANCELLED}),
    S.PREVIEWED: frozenset({S.PREVIEWED, S.QUEUED, S.CANCELLED}),
    S.QUEUED: frozenset({S.RUNNING, S.FAILED, S.CANCELLED}),
    S.RUNNING: frozenset({S.RUNNING, S.DONE, S.FAILED, S.CANCELLED}),
    S.FAILED: frozenset({S.QUEUED, S.CANCELLED}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset(),
}


@dataclass(frozen=True)
class RowResult:
    """What one row says. With problems it is not taken; notes are told and stop nothing."""

    number: int
    cells: tuple[str, ...]
    key: str = ""
    unit_path: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    def digest(self) -> str:
        """Return the SHA-256 over what the row brings: equal when nothing changed."""
        plain = {name: as_json(value) for name, value in self.fields.items()}
        return digest({"fields": plain, "unit": list(self.unit_path), "facts": dict(self.facts)})


def as_json(value: Any) -> Any:
    """Return a field's value as JSON."""
    return value.isoformat() if isinstance(value, date) else value


def map_rows(
    records: Iterator[Record], header: tuple[str, ...], mapping: FileMapping
) -> Iterator[RowResult]:
    """Give each record's result, in order, with keys made unique as the mapping says."""
    first: dict[str, int] = {}  # row by folded key
    for record in records:
        result = map_row(record, header, mapping)
        if result.key and fold(result.key) in first:
            result = _repeated(result, first, mapping.duplicates)
        if result.key:
            first.setdefault(fold(result.key), result.number)
        yield result


def _repeated(result: RowResult, first: Mapping[str, int], duplicates: Duplicates) -> RowResult:
    row = first[fold(result.key)]
    if duplicates == Duplicates.REJECT:
        problem = Problem(WHOLE_ROW, f"has the same key as row {row}: {result.key}")
        return replace(result, problems=(*result.problems, problem))
    keys = ((at, cut_key(f"{result.key} #{at}")) for at in count(2))
    number, key = next((at, key) for at, key in keys if fold(key) not in first)
    note = Problem(WHOLE_ROW, f"has the same key as row {row}; its own ends in #{number}")
    return replace(result, key=key, notes=(*result.notes, note))


def map_row(record: Record, header: tuple[str, ...], mapping: FileMapping) -> RowResult:
    """Return what a record says under a mapping; the mapping's columns must be in the header."""
    row = Row(dict(zip(header, record.cells, strict=True)), mapping, list(record.problems))
    fields = {name: _field(row, name, take) for name, take in mapping.fields.items()}
    named = _column_of(mapping, "name")
    if not fields.get("name") and named not in {problem.column for problem in row.problems}:
        row.problems.append(Problem(named, "is empty; a system needs a name"))
    unit_path = _unit_path(row)
    key = _key(row)
    if not key:
        row.problems.append(Problem(", ".join(mapping.key), "is empty; the row has no key"))
    return RowResult(
        number=record.number,
        cells=record.cells,
        key=key,
        unit_path=unit_path,
        fields=fields,
        facts=_facts(row),
        problems=tuple(row.problems),
        notes=tuple(row.notes),
    )


def _column_of(mapping: FileMapping, name: str) -> str:
    return next(iter(mapping.fields[name].columns), name)


def _field(row: Row, name: str, take: Take) -> Any:
    return READERS[FIELDS[name].kind](row, name, take)


def _unit_path(row: Row) -> tuple[str, ...]:
    """Return the names of the units from the top; a blank level is left out."""
    path = []
    for column in row.mapping.unit:
        name = " ".join(row.says(column).split())
        if len(name) > MOST_UNIT_NAME:
            reason = f"has {len(name)} characters; a unit's name takes {MOST_UNIT_NAME}"
            row.problems.append(Problem(column, reason))
        row.used.add(column)
        if name:
            path.append(name)
    return tuple(path)


def _key(row: Row) -> str:
    if given := row.cells.get(KEY_COLUMN, "").strip():
        return given[:MOST_KEY]
    parts = [" ".join(row.cells[column].split()) for column in row.mapping.key]
    return cut_key(" / ".join(parts)) if any(parts) else ""


def cut_key(key: str) -> str:
    """Return a key of at most 300 characters; a longer one ends in a digest of the whole."""
    return key if len(key) <= MOST_KEY else f"{key[: MOST_KEY - 18]} ~{digest(key)[:16]}"


def _facts(row: Row) -> dict[str, Any]:
    """Return what no field holds word for word, under the names of the columns; blanks are left
    out, and "N/A" is not a blank."""
    left = {
        column: text.strip()
        for column, text in row.cells.items()
        if text.strip() and column not in row.used and column != KEY_COLUMN
    }
    hints = {
        name: found
        for name, take in row.mapping.hints.items()
        if (found := [value for _, value in values(row, take)])
    }
    return left | ({HINTS: hints} if hints else {})
