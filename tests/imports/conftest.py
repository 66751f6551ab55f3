"""Files, mappings and runs for the tests of imports."""

import csv
import io
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from inventory.imports import runs
from inventory.imports.models import ImportRun

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "inventory/imports/samples/us-federal-2024-sample.csv"
HEADER = ["Name", "Purpose", "Unit", "Stage", "Started", "Note"]
MAPPING: dict[str, Any] = {
    "title": "Test",
    "source": "test",
    "key": ["Name"],
    "unit": ["Unit"],
    "dates": "eu",
    "fields": {
        "name": "Name",
        "intended_purpose": "Purpose",
        "stage": {"column": "Stage", "lookup": {"Live": "production", "Trial": "pilot"}},
        "initiated_on": "Started",
    },
}
GOOD = ["Fraud screen", "Finds fraud.", "Claims", "Live", "1/2/2024", "from the survey"]


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path) -> None:
    """Keep uploaded files of tests apart."""
    settings.STORAGE = settings.MEDIA_ROOT = tmp_path / "storage"


def csv_bytes(*rows: list[str], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.fixture
def csv_file(tmp_path):
    """Return a function that writes rows under the usual header and gives the path."""

    def write(*rows: list[str], header: list[str] | None = None, **how: str) -> Path:
        path = tmp_path / "list.csv"
        path.write_bytes(csv_bytes(header or HEADER, *rows, **how))
        return path

    return write


@pytest.fixture
def xlsx_file(tmp_path):
    """Return a function that writes rows as a workbook and gives the path."""

    def write(*rows: list[Any]) -> Path:
        path, book = tmp_path / "list.xlsx", openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
        return path

    return write


def queued(path: Path, unit, actor, mapping: dict[str, Any] = MAPPING) -> ImportRun:
    """Return a run that was confirmed and that no worker has."""
    with path.open("rb") as content:
        size = path.stat().st_size
        run = runs.receive(content, name=path.name, size=size, unit=unit, actor=actor)
    runs.map_columns(run, mapping, actor=actor)
    runs.confirm(run, actor=actor)
    return run


def import_file(path: Path, unit, actor, mapping: dict[str, Any] = MAPPING) -> ImportRun:
    """Import a file to its end and return the run."""
    claimed = runs.claim(queued(path, unit, actor, mapping).pk)
    assert claimed is not None
    runs.carry_out(claimed)
    claimed.refresh_from_db()
    return claimed


def published_file() -> Path:
    """Return the published inventory, or skip the test aloud where it does not lie."""
    shared = Path(os.environ.get("MUSTER_SHARED") or ROOT.parent / "shared")
    path = shared / "data/us_federal_ai_inventory_2024.csv"
    if not path.exists():
        pytest.skip(f"the published inventory is not at {path}; MUSTER_SHARED says where it is")
    return path
