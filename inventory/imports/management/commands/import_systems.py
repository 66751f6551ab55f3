"""Import an inventory from a file, in the foreground, by the same path as the pages."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, Membership, User
from governance.accounts.rules import Capability, Role
from governance.common.canonical import digest
from governance.common.errors import DomainError
from inventory.imports import queries, runs
from inventory.imports.actions import LostClaimError
from inventory.imports.library import load_file, load_preset
from inventory.imports.models import ImportRun
from inventory.imports.readers import refuse_by_size
from inventory.imports.rules import RunStatus

UNFINISHED = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.FAILED)
Report = dict[str, Any]


class Command(BaseCommand):
    """`import_systems FILE --preset NAME`: run again after a stop, it goes on where it was."""

    help = "Import AI systems from a CSV or XLSX file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Name the file and how to read it."""
        parser.add_argument("file", type=Path, metavar="FILE")
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--preset", metavar="NAME", help="a mapping that ships with Muster")
        how.add_argument("--mapping", type=Path, metavar="FILE.yaml", help="a mapping of your own")
        parser.add_argument("--unit", metavar="NAME", help="import below this unit")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--report", type=Path, metavar="FILE.json")
        parser.add_argument("--as", dest="email", metavar="EMAIL", help="whose name the record has")

    def handle(self, *_: Any, **options: Any) -> None:
        """Import, or say what would be imported, and write the report."""
        try:
            report = self._report(options)
        except (DomainError, PermissionDenied, OSError) as error:
            raise CommandError(str(error)) from error
        if options["report"]:
            text = json.dumps(report, indent=2, ensure_ascii=False) + "\n"
            options["report"].write_text(text, encoding="utf-8")
        self._tell(report)
        if report["status"] not in (RunStatus.DONE, "dry run"):
            raise CommandError(
                f"Stopped after {report['taken']:,} of {report['rows']:,} rows: "
                f"{report['failure']} Those rows are kept; the same command goes on after them."
            )

    def _report(self, options: dict[str, Any]) -> Report:
        preset, file = options["preset"], options["file"]
        data = load_preset(preset) if preset else load_file(options["mapping"])
        unit, actor = unit_called(options["unit"]), person_called(options["email"])
        require(actor, Capability.IMPORT, unit)
        refuse_by_size(file.stat().st_size, settings.IMPORT_MAX_BYTES)
        if options["dry_run"]:
            return dry_run(file, data, unit)
        with transaction.atomic():  # claimed as it is queued, before a worker's sweep sees it
            run = self._unfinished(file, data, unit, actor) or prepared(file, data, unit, actor)
            claimed = runs.claim(run.pk)
        if claimed is None:
            raise CommandError(f"{run} is being carried out by another process. Wait for it.")
        return self._carry_out(claimed)

    def _unfinished(
        self, file: Path, data: dict[str, Any], unit: BusinessUnit, actor: User
    ) -> ImportRun | None:
        """Return the run of the same file that stopped midway, if there is one."""
        with file.open("rb") as content:
            sha256 = runs.sha256_of(content)
        same = ImportRun.objects.filter(
            file_sha256=sha256, mapping_sha256=digest(data), unit=unit, status__in=UNFINISHED
        )
        run = same.first()
        if run is None:
            return None
        self.stdout.write(f"{run} stopped after {run.rows_done:,} of {run.rows:,} rows; going on.")
        if run.status == RunStatus.FAILED:
            runs.resume(run, actor=actor)
        return run

    def _carry_out(self, claimed: ImportRun) -> Report:
        try:
            runs.carry_out(claimed, on_progress=self._show)
        except LostClaimError as error:
            raise CommandError(str(error)) from error
        claimed.refresh_from_db()
        done = {"taken": claimed.rows_done, "failure": claimed.failure}
        return queries.report(claimed) | done

    def _show(self, run: ImportRun) -> None:
        self.stdout.write(f"{run.rows_done:,} of {run.rows:,} rows ({run.percent} %)")

    def _tell(self, report: Report) -> None:
        what = "would be " if report["status"] == "dry run" else ""
        self.stdout.write(
            f"{report['rows']:,} rows: {report['created']:,} {what}created, "
            f"{report['changed']:,} {what}changed, {report['unchanged']:,} unchanged, "
            f"{len(report['rejected']):,} rejected; {report['units_created']:,} units "
            f"{what}created; {report['seconds']:.1f} s."
        )
        for item in report["rejected"][:20]:
            column = f"{item['column']}: " if item["column"] else ""
            self.stderr.write(f"row {item['row']}: {column}{item['reason']}")


def dry_run(file: Path, data: dict[str, Any], unit: BusinessUnit) -> Report:
    """Return the report of an import that is not carried out; nothing is stored."""
    began = time.monotonic()
    reading = runs.read(file, data)
    ahead = queries.forecast(reading.results, reading.mapping, unit)
    return {
        "status": "dry run",
        "rows": ahead.rows,
        "created": ahead.created,
        "changed": ahead.changed,
        "unchanged": ahead.unchanged,
        "rejected": [queries.said(row.number, row.problems) for row in ahead.rejected],
        "units_created": queries.missing_units(unit, ahead.unit_paths),
        "seconds": round(time.monotonic() - began, 3),
        "notes": [queries.said(row.number, row.notes) for row in ahead.noted],
    }


def prepared(file: Path, data: dict[str, Any], unit: BusinessUnit, actor: User) -> ImportRun:
    """Return a run of this file that is ready to be claimed."""
    with file.open("rb") as content:
        size = file.stat().st_size
        run = runs.receive(content, name=file.name, size=size, unit=unit, actor=actor)
    runs.map_columns(run, data, actor=actor)
    runs.confirm(run, actor=actor)
    return run


def unit_called(name: str | None) -> BusinessUnit:
    """Return the unit of this name, or the organisation; raises DomainError when it is unclear."""
    units = BusinessUnit.objects.filter(name__iexact=name) if name else None
    if units is None:
        units = BusinessUnit.objects.filter(parent__isnull=True)
    found = list(units[:2])
    if not found:
        raise DomainError(f"There is no unit “{name}”." if name else "There is no organisation.")
    if len(found) > 1:
        raise DomainError(f"There is more than one unit “{name}”.")
    return found[0]


def person_called(email: str | None) -> User:
    """Return the active person with this address, or the first administrator."""
    if email:
        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if person is None:
            raise DomainError(f"Nobody here has the address “{email}”.")
        return person
    admins = Membership.objects.filter(
        role=Role.ADMINISTRATOR, unit__parent__isnull=True, user__is_active=True
    )
    first = admins.select_related("user").order_by("pk").first()
    if first is None:
        raise DomainError("There is no administrator. Say who imports: --as EMAIL.")
    return first.user
