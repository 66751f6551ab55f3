"""Import rows per second: first import and second, of the published inventory or of rows like it.

Run it on a database of its own, migrated: .venv/bin/python -m bench.imports [FILE.csv]
"""

import csv
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "inventory/imports/samples/us-federal-2024-sample.csv"
SHARED = Path(os.environ.get("MUSTER_SHARED") or ROOT.parent / "shared")
PUBLISHED = SHARED / "data/us_federal_ai_inventory_2024.csv"
ROWS = 2_133


def measure(file: Path | None = None) -> dict[str, Any]:
    """Return seconds and rows per second of an import that creates all and of one that finds all.

    From the first byte read to the last row committed; upload and look ahead are left out. The
    rows go under a source of their own, so nothing that is there is touched.
    """
    from inventory.imports.library import load_preset

    with tempfile.TemporaryDirectory() as folder:
        path = file or (PUBLISHED if PUBLISHED.exists() else _like_it(Path(folder)))
        mapping = load_preset("us-federal-2024") | {"source": f"bench {time.time_ns()}"}
        first, second = _import(path, mapping), _import(path, mapping)
    return {
        "file": path.name,
        "rows": first["rows"],
        "created": first["created"],
        "units_created": first["units_created"],
        "first_seconds": first["seconds"],
        "first_rows_per_second": round(first["rows"] / first["seconds"]),
        "unchanged": second["unchanged"],
        "second_seconds": second["seconds"],
        "second_rows_per_second": round(second["rows"] / second["seconds"]),
    }


def _import(path: Path, mapping: dict[str, Any]) -> dict[str, Any]:
    from governance.accounts.models import BusinessUnit
    from inventory.imports import runs
    from inventory.imports.management.commands.import_systems import person_called, prepared

    unit = BusinessUnit.objects.get(parent__isnull=True)
    run = runs.claim(prepared(path, mapping, unit, person_called(None)).pk)
    if run is None:
        raise RuntimeError("Another process took the run.")
    began = time.perf_counter()
    runs.carry_out(run)
    seconds = round(time.perf_counter() - began, 2)
    run.refresh_from_db()
    names = ("rows", "created", "unchanged", "units_created")
    return {name: getattr(run, name) for name in names} | {"seconds": seconds}


def _like_it(folder: Path) -> Path:
    """Return a file of as many rows as the published one, made from the sample's."""
    with SAMPLE.open(encoding="cp1252", newline="") as file:
        header, *rows = csv.reader(file)
    path = folder / "like-it.csv"
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for at in range(ROWS):
            name, *rest = rows[at % len(rows)]
            writer.writerow([f"{name} {at}", *rest])
    return path


def found_organisation() -> None:
    """Make the organisation of an empty database."""
    from governance.accounts import unit_actions
    from governance.accounts.models import BusinessUnit

    if not BusinessUnit.objects.exists():
        unit_actions.found_organisation(
            name="Bench", email="bench@example.test", person="Bench", password=os.urandom(12).hex()
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    os.environ.setdefault("MUSTER_MODE", "local")
    django.setup()
    found_organisation()
    print(json.dumps(measure(Path(sys.argv[1]) if sys.argv[1:] else None), indent=2))
