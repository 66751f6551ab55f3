"""Results as CSV: one line per case, in any of the usual encodings and delimiters."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from governance.evaluations.readers.report import (
    Gathering,
    Report,
    ReportError,
    Result,
    score_of,
    short,
    slices_of,
    truth_of,
)
from inventory.imports.readers.csv import read_csv as open_csv
from inventory.imports.table import ReadError, Record, Table

COLUMNS = {
    "key": ("case", "key", "case_id", "case id", "id", "test", "name"),
    "passed": ("passed", "pass", "result", "outcome", "status", "success"),
    "score": ("score",),
    "slices": ("slices", "slice"),
    "message": ("message", "error", "reason"),
}
SLICE = re.compile(r"slice[:. ](?P<name>.+)", re.IGNORECASE)
BETWEEN = re.compile(r"[|;,]")  # names of slices in one cell


def read_csv(content: bytes) -> Report:
    """Return what a CSV says; raises ReportError with each line that cannot be taken."""
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        try:
            return _report(open_csv(Path(file.name)))
        except ReadError as error:
            raise ReportError([str(error)]) from error


def _report(table: Table) -> Report:
    places = _places(table.header)
    named = {name: at for at, name in _slice_columns(table.header)}
    gathering = Gathering()
    for record in table.records:
        _take(gathering, record, places, named)
    unread = [
        name
        for at, name in enumerate(table.header)
        if at not in {*places.values(), *named.values()}
    ]
    notes = [*table.notes]
    if unread:
        notes.append(f"Not read: {', '.join(unread[:10])}.")
    return Report(gathering.taken(), notes=tuple(notes))


def _places(header: tuple[str, ...]) -> dict[str, int]:
    """Return where each thing stands; raises ReportError when the key or the result is missing."""
    lower = [name.lower() for name in header]
    found = {}
    for thing, names in COLUMNS.items():
        at = next((lower.index(name) for name in names if name in lower), None)
        if at is not None:
            found[thing] = at
    missing = [f"“{COLUMNS[thing][0]}”" for thing in ("key", "passed") if thing not in found]
    if missing:
        raise ReportError(
            [
                f"Line 1: there is no column {' and no column '.join(missing)}. The columns are "
                f"{', '.join(header[:12])}. Needed: case, passed; read too: score, slices, message."
            ]
        )
    return found


def _slice_columns(header: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    for at, name in enumerate(header):
        if found := SLICE.fullmatch(name):
            yield at, found["name"].strip()


def _take(
    gathering: Gathering, record: Record, places: dict[str, int], named: dict[str, int]
) -> None:
    place = f"Line {record.number}"
    if record.problems:
        gathering.refuse(place, f"{record.problems[0].column} {record.problems[0].reason}.".strip())
        return
    cell = {thing: record.cells[at] for thing, at in places.items()}
    listed = BETWEEN.split(cell.get("slices", ""))
    own = [
        f"{name}={record.cells[at].strip()}"
        for name, at in named.items()
        if record.cells[at].strip()
    ]
    try:
        result = Result(
            cell["key"].strip(),
            truth_of(cell["passed"]),
            score_of(cell.get("score", "")),
            slices_of([*listed, *own]),
            short(cell.get("message", "")),
        )
    except ValueError as error:
        gathering.refuse(place, str(error))
        return
    gathering.take(place, result)
