"""Rows into systems: (row, mapping) gives fields, unit, key, facts and problems. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import count
from typing import Any

from governance.common.canonical import digest
from inventory.imports.dates import parse_date
from inventory.imports.mapping import (
    FIELDS,
    KEY_COLUMN,
    Duplicates,
    FileMapping,
    Kind,
    Take,
    Unclear,
    fold,
)
from inventory.imports.table import WHOLE_ROW, Problem, Record

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


@dataclass
class _Row:
    """A row while its fields are taken."""

    cells: Mapping[str, str]
    mapping: FileMapping
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    used: set[str] = field(default_factory=set)  # columns whose text arrived verbatim

    def says(self, column: str) -> str:
        """Return the cell's text, "" where it says nothing."""
        text = self.cells[column].strip()
        return "" if fold(text) in self.mapping.blank else text

    def unclear(self, take: Take, column: str, reason: str) -> None:
        (self.problems if take.unclear == Unclear.REJECT else self.notes).append(
            Problem(column, reason)
        )


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
    row = _Row(dict(zip(header, record.cells, strict=True)), mapping, list(record.problems))
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


def _field(row: _Row, name: str, take: Take) -> Any:
    return READERS[FIELDS[name].kind](row, name, take)


def _texts(row: _Row, take: Take) -> Iterator[tuple[str, str]]:
    """Give (column, text) of the cells that count: all, or the first that says something."""
    for column in take.columns:
        if text := row.says(column):
            yield column, text
            if not take.all_columns:
                return


def _values(row: _Row, take: Take) -> list[tuple[str, str]]:
    """Return (column, value) after words, split and lookup, without repeats."""
    if take.constant is not None:
        given = take.constant if isinstance(take.constant, list) else [take.constant]
        return [("", str(value)) for value in given]
    found: dict[str, str] = {}
    for column, text in _texts(row, take):
        for value in _worked(row, take, column, text):
            found.setdefault(value, column)
    if not found and take.default is not None:
        return [("", value) for value in take.default]
    return [(column, value) for value, column in found.items()]


def _worked(row: _Row, take: Take, column: str, text: str) -> Iterator[str]:
    if take.words is not None:
        yield from words_in(text, take.words)
        return
    parts = [part.strip() for part in text.split(take.split)] if take.split else [text]
    for part in filter(None, parts):
        if take.lookup is None:
            yield part
        elif fold(part) in take.lookup:
            yield from take.lookup[fold(part)]
        elif take.default is None:
            row.unclear(take, column, f"“{_short(part)}” is not in the table of values")


def words_in(text: str, words: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Give the labels of which a word, as a whole word, stands in the text."""
    folded = fold(text)
    for label, spellings in words.items():
        if any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded) for word in spellings):
            yield label


def _text_field(row: _Row, name: str, take: Take) -> str:
    values = _values(row, take)
    text = "\n".join(value for _, value in values)
    return _within(row, name, values[0][0], text, take) if values else ""


def _within(row: _Row, name: str, column: str, text: str, take: Take) -> str:
    if len(text) > (most := FIELDS[name].most):
        reason = f"has {len(text):,} characters; {FIELDS[name].label} takes at most {most:,}"
        row.unclear(take, column, reason)
        return ""
    if take.is_verbatim:
        row.used.add(column)
    return text


def _choice_field(row: _Row, name: str, take: Take) -> str | None:
    for column, value in _values(row, take):
        if value in FIELDS[name].among:
            return value
        row.unclear(take, column, f"“{_short(value)}” is none of {_among(name)}")
    return None


def _list_field(row: _Row, name: str, take: Take) -> list[str]:
    target, taken = FIELDS[name], []
    for column, value in _values(row, take):
        value = value.upper() if name == "countries" else value
        if target.among and value not in target.among:
            row.unclear(take, column, f"“{_short(value)}” is none of {_among(name)}")
        elif name == "countries" and not re.fullmatch("[A-Z]{2}", value):
            row.unclear(take, column, f"“{_short(value)}” is no country of two letters, like DE")
        elif len(value) > target.most:
            row.unclear(take, column, f"“{_short(value)}” is longer than {target.most} characters")
        else:
            taken.append(value)
    return taken


def _date_field(row: _Row, name: str, take: Take) -> date | None:
    for column, value in _values(row, take):
        try:
            day = parse_date(value, row.mapping.dates)
        except ValueError as error:
            row.unclear(take, column, str(error))
            return None
        row.used.add(column)
        return day
    return None


READERS: dict[Kind, Callable[[_Row, str, Take], Any]] = {
    Kind.TEXT: _text_field,
    Kind.CHOICE: _choice_field,
    Kind.LIST: _list_field,
    Kind.DATE: _date_field,
}


def _unit_path(row: _Row) -> tuple[str, ...]:
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


def _key(row: _Row) -> str:
    if given := row.cells.get(KEY_COLUMN, "").strip():
        return given[:MOST_KEY]
    parts = [" ".join(row.cells[column].split()) for column in row.mapping.key]
    return cut_key(" / ".join(parts)) if any(parts) else ""


def cut_key(key: str) -> str:
    """Return a key of at most 300 characters; a longer one ends in a digest of the whole."""
    return key if len(key) <= MOST_KEY else f"{key[: MOST_KEY - 18]} ~{digest(key)[:16]}"


def _facts(row: _Row) -> dict[str, Any]:
    """Return what no field holds word for word, under the names of the columns; blanks are left
    out, and "N/A" is not a blank."""
    left = {
        column: text.strip()
        for column, text in row.cells.items()
        if text.strip() and column not in row.used and column != KEY_COLUMN
    }
    hints = {
        name: values
        for name, take in row.mapping.hints.items()
        if (values := [value for _, value in _values(row, take)])
    }
    return left | ({HINTS: hints} if hints else {})


def _among(name: str) -> str:
    return ", ".join(FIELDS[name].among)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
