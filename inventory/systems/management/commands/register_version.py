"""Register a model version from a file."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandParser

from governance.accounts.models import User
from governance.common.errors import DomainError
from inventory.systems.bundles.kinds import Reading, Text
from inventory.systems.bundles.problems import BundleError, Faults, Problem
from inventory.systems.bundles.reading import pairs_of, read
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import register_version

BESIDE = {"label": 40, "notes": 10_000, "training_data_ref": 500, "provider_retires_on": 10}
WHOLE = (*BESIDE, "parent", "bundle")


class Command(BaseCommand):
    """Read a bundle from YAML or JSON and register it as a version of a system."""

    help = (
        "Register a model version. The file is a bundle, or {label, notes, parent,"
        " training_data_ref, provider_retires_on, bundle}; parent is a label. Prints the label,"
        " whether it is new, and the digest. Exit 2 tells every fault of the file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, the system, and who does it."""
        parser.add_argument("file", type=Path, help="YAML 1.2 or JSON")
        parser.add_argument("--system", required=True, help="its ref, like AIS-014")
        parser.add_argument("--as", required=True, dest="person", help="e-mail of who registers")
        parser.add_argument("--label", help="of the version, where the file does not say it")

    def handle(
        self, *, file: Path, system: str, person: str, label: str | None, **options: Any
    ) -> None:
        """Register the version, or tell why not."""
        actor = User.objects.filter(email__iexact=person, is_active=True).first()
        if actor is None:
            self._refuse([f"Nobody with the address {person} has an open account."])
        row = AISystem.objects.visible_to(actor).filter(ref=system.upper()).first()
        if row is None:
            self._refuse([f"{person} sees no system {system}."])
        try:
            fields = fields_of(read(file.read_bytes()), row, label)
            found = register_version(row, actor=actor, **fields)
        except OSError as error:
            self._refuse([f"{file} cannot be read: {error.strerror}."])
        except BundleError as error:
            self._refuse([str(problem) for problem in error.problems])
        except (DomainError, PermissionDenied) as error:
            self._refuse([str(error)])
        version = found.version
        said = "registered" if found.is_new else "registered before, with an equal bundle"
        self.stdout.write(f"{version.ref} {said}: {version.digest}")

    def _refuse(self, lines: list[str]) -> NoReturn:
        for line in lines:
            self.stderr.write(line)
        sys.exit(2)


def fields_of(value: Any, system: AISystem, label: str | None) -> dict[str, Any]:
    """Return what the action takes: from a bundle alone, or from one with what stands beside.

    Raises BundleError for what the file says beside the bundle and cannot be used.
    """
    names = [name for name, _ in pairs_of(value) or ()]
    if "bundle" not in names:
        given: Mapping[str, Any] = {"bundle": value}
    else:
        reading = Reading()
        given = reading.names(value, ())
        for name in set(given) - set(WHOLE):
            reading.fault((name,), f"Nothing is called that here. Known: {', '.join(WHOLE)}.")
        reading.faults.refuse()
    found = _beside(given)
    found["label"] = label or found.get("label", "")
    if not found["label"]:
        words = "Say the label of the version: --label 3.2.1, or in the file."
        raise BundleError([Problem("label", words, ("label",))])
    return found | {"bundle": given["bundle"], "parent": _parent(given.get("parent"), system)}


def _beside(given: Mapping[str, Any]) -> dict[str, Any]:
    reading = Reading()
    found: dict[str, Any] = {}
    for name, most in BESIDE.items():
        text = given.get(name)
        kept = text if name == "notes" and isinstance(text, str) and len(text) <= most else None
        found[name] = kept or Text(most).read(text, (name,), reading) or ""
    found["provider_retires_on"] = _day(found["provider_retires_on"], reading.faults)
    reading.faults.refuse()
    return found


def _day(text: str, faults: Faults) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.add(("provider_retires_on",), "This is no day (YYYY-MM-DD).")
        return None


def _parent(label: Any, system: AISystem) -> ModelVersion | None:
    if label in (None, ""):
        return None
    found = ModelVersion.objects.filter(system=system, label=str(label)).first()
    if found is None:
        raise BundleError([Problem("parent", f"{system} has no version {label}.", ("parent",))])
    return found
