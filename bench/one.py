"""Run one measurement on the database of the settings: python -m bench.one NAME FILE [--quick]."""

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import django

QUICK: dict[str, dict[str, Any]] = {
    "packs": {"systems": 20},
    "preview": {"sizes": (2_000, 10_000)},
    "ledger": {"seconds": 1.0, "rounds": 1, "entries": 2_000},
    "proofs": {"entries": 20_000, "whole": 1_000, "hashed": 20_000, "times": 30},
    "backup": {"entries": 20_000},
    "escalation": {"items": 10_000, "due": 1_000},
    "reconcile": {"items": 10_000},
    "versions": {"versions": 5_000, "of_one": 100, "seconds": 0.5, "timed": 15},
    "frameworks": {"systems": 200, "timed": 5},
    "pages": {"sizes": (1_000, 10_000), "timed": 30},
}


def main(name: str, out: Path, *, quick: bool) -> None:
    """Write what the measurement tells, as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance.settings")
    django.setup()
    module = importlib.import_module(f"bench.{name}")
    if name == "imports":
        module.found_organisation()
    told = module.measure(**(QUICK.get(name, {}) if quick else {}))
    out.write_text(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), quick="--quick" in sys.argv)
