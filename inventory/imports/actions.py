"""Importing a chunk of rows, finishing and cancelling a run: what the record tells.

Only what changes something is recorded: an import that finds everything as it was leaves no
entry, so a file can be imported every night.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import move
from governance.ledger.actions import record
from inventory.imports.mapping import FileMapping
from inventory.imports.models import ImportRow, ImportRun, SourceRow
from inventory.imports.queries import Changed, Plan, new_values, plan
from inventory.imports.rules import RUN_TRANSITIONS, RowResult, RunStatus, as_json
from inventory.imports.table import WHOLE_ROW, Problem
from inventory.imports.units import UnitTree
from inventory.systems.actions import change_system
from inventory.systems.bulk import register_many
from inventory.systems.models import AISystem
from inventory.systems.rules import Origin
from inventory.vendors.actions import add_vendor
from inventory.vendors.models import Vendor

IMPORT_LOCK = 0x494D_5052  # "IMPR"


class LostClaimError(DomainError):
    """The run was cancelled or taken up by another worker meanwhile."""

    code = "lost-claim"


@transaction.atomic
def import_chunk(
    run: ImportRun, results: Sequence[RowResult], *, mapping: FileMapping, actor: User
) -> None:
    """Take some rows over; systems, refused rows and the run's progress commit together.

    Raises PermissionDenied when the actor may not import into the unit, and LostClaimError
    when the run is not this worker's any more; then nothing is taken over.
    """
    started = timezone.now()
    require(actor, Capability.IMPORT, run.unit)
    _one_at_a_time()
    rows = plan(results, mapping, run.unit)
    taker = _Taker(run, mapping, rows, actor)
    taker.take_new()
    taker.take_changed()
    _tell(run, rows)
    worked = timezone.now() - started
    _advance(
        run,
        rows_done=len(results),
        created=taker.created,
        changed=taker.changed,
        unchanged=len(rows.unchanged) + taker.same,
        rejected=len(rows.rejected),
        units_created=taker.units.made,
        milliseconds=max(1, int(worked.total_seconds() * 1000)),
    )


@transaction.atomic
def finish(run: ImportRun, *, actor: User) -> None:
    """End a run whose last row was read; recorded when the run changed anything."""
    none: dict[str, Any] = {"claimed_by": "", "claimed_until": None, "failure": ""}
    move(run, RunStatus.DONE, RUN_TRANSITIONS, finished_at=timezone.now(), **none)
    if run.created or run.changed or run.units_created:
        record("import.finished", subject=run, actor=actor, data=_summary(run), unit=run.unit_id)


@transaction.atomic
def cancel(run: ImportRun, *, actor: User) -> None:
    """Stop a run for good; what it took over stays. Recorded when it took anything over."""
    require(actor, Capability.IMPORT, run.unit)
    move(run, RunStatus.CANCELLED, RUN_TRANSITIONS, claimed_by="", claimed_until=None)
    if run.created or run.changed or run.units_created:
        record("import.cancelled", subject=run, actor=actor, data=_summary(run), unit=run.unit_id)


def _summary(run: ImportRun) -> dict[str, Any]:
    return {
        "file_sha256": run.file_sha256,
        "mapping_sha256": run.mapping_sha256,
        "source": run.mapping.get("source", ""),
        "rows": run.rows_done,
        "created": run.created,
        "changed": run.changed,
        "unchanged": run.unchanged,
        "rejected": run.rejected,
        "units_created": run.units_created,
    }


def _one_at_a_time() -> None:
    """Let chunks of all runs wait for each other, so that no key and no unit is made twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [IMPORT_LOCK])


def _advance(run: ImportRun, **counts: int) -> None:
    """Add to the run's counters, if it still is this worker's and stands where it stood."""
    mine = ImportRun.objects.filter(
        pk=run.pk,
        status=RunStatus.RUNNING,
        claimed_by=run.claimed_by,
        rows_done=run.rows_done,
    )
    if not mine.update(**{name: F(name) + count for name, count in counts.items()}):
        raise LostClaimError(f"{run} was cancelled, or another worker took it up.")
    run.refresh_from_db(fields=list(counts))


def _tell(run: ImportRun, rows: Plan) -> None:
    """Keep the refused rows with their cells, and the notes of those taken over."""
    refused = {result.number for result in rows.rejected}
    noted = [result for result in rows.noted if result.number not in refused]
    ImportRow.objects.bulk_create(
        ImportRow(
            run=run,
            number=result.number,
            is_rejected=result.number in refused,
            reasons=[[said.column, said.reason] for said in result.problems or result.notes],
            cells=list(result.cells) if result.number in refused else [],
            key=result.key,
        )
        for result in [*rows.rejected, *noted]
    )


class _Taker:
    """Takes the rows of one chunk over: all at once, or, when one does not fit, one by one."""

    def __init__(self, run: ImportRun, mapping: FileMapping, rows: Plan, actor: User) -> None:
        self.source, self.rows, self.actor = mapping.source, rows, actor
        self.units = UnitTree(run.unit, actor=actor)
        self.created = self.changed = self.same = 0

    def take_new(self) -> None:
        """Register the systems that are not here yet."""
        if not self.rows.new:
            return
        try:
            with transaction.atomic():
                self._register(self.rows.new)
        except (Error, DomainError):
            self._look_at_units_again(made=0)
            for result in self.rows.new:
                self._alone(result, lambda given: self._register([given]))

    def take_changed(self) -> None:
        """Change the systems whose rows say something new."""
        for change in self.rows.changed:
            self._alone(change.result, lambda _, change=change: self._change(change))

    def _alone(self, result: RowResult, take: Any) -> None:
        made = self.units.made
        try:
            with transaction.atomic():
                take(result)
        except (Error, DomainError) as error:
            said = Problem(WHOLE_ROW, _reason(error))
            self.rows.rejected.append(_refused(result, said))
            self._look_at_units_again(made=made)

    def _look_at_units_again(self, *, made: int) -> None:
        """Forget units whose making was rolled back."""
        self.units = UnitTree(self.units.root, actor=self.actor)
        self.units.made = made

    def _register(self, results: Sequence[RowResult]) -> None:
        systems = register_many([self._row(result) for result in results], actor=self.actor)
        SourceRow.objects.bulk_create(
            _source_row(system, result) for system, result in zip(systems, results, strict=True)
        )
        self.created += len(systems)

    def _row(self, result: RowResult) -> dict[str, Any]:
        said = {name: value for name, value in result.fields.items() if value is not None}
        return self._resolved(said) | {
            "unit": self.units.at(result.unit_path),
            "origin": Origin.IMPORT,
            "source": self.source,
            "external_key": result.key,
            "source_facts": dict(result.facts),
        }

    def _change(self, change: Changed) -> None:
        values = self._resolved(new_values(change))
        values["source_facts"] = dict(change.result.facts)
        if change.source is None or change.source.unit_path != list(change.result.unit_path):
            values["unit"] = self.units.at(change.result.unit_path)
        for choice in ("stage", "architecture"):
            if values.get(choice, "") is None:  # the source says it no longer: what we know stays
                del values[choice]
        if change_system(change.system, actor=self.actor, from_source=True, **values):
            self.changed += 1
        else:
            self.same += 1
        row = _source_row(change.system, change.result)
        row.save(force_insert=change.source is None, force_update=change.source is not None)

    def _resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values with an owner's address and a vendor's name as what they stand for."""
        resolved = dict(values)
        if "owner" in resolved:
            resolved["owner"] = self.rows.owners.get(str(resolved["owner"]).lower())
        if "vendor" in resolved:
            name = " ".join(str(resolved["vendor"]).split())
            resolved["vendor"] = self._vendor(name) if name else None
        return resolved

    def _vendor(self, name: str) -> Vendor:
        """Return the vendor of this name, added when there is none."""
        found = Vendor.objects.filter(name__iexact=name).first()
        return found or add_vendor(actor=self.actor, name=name)


def _refused(result: RowResult, said: Problem) -> RowResult:
    return RowResult(result.number, result.cells, result.key, problems=(*result.problems, said))


def _reason(error: Exception) -> str:
    if isinstance(error, DomainError):
        return str(error)
    return f"the database refuses it: {str(error).splitlines()[0]}"


def _source_row(system: AISystem, result: RowResult) -> SourceRow:
    return SourceRow(
        system=system,
        digest=result.digest(),
        fields={name: as_json(value) for name, value in result.fields.items()},
        unit_path=list(result.unit_path),
    )
