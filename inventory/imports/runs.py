"""A run as a row of work: received, previewed, confirmed, claimed, carried out.

Nothing here enters the record: what a run changes does, in `actions`.
"""

import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.canonical import digest
from governance.common.errors import DomainError
from governance.common.states import move
from inventory.imports import queries
from inventory.imports.actions import LostClaimError, finish, import_chunk
from inventory.imports.mapping import FileMapping, check_columns, parse_mapping
from inventory.imports.models import ImportRun
from inventory.imports.readers import open_table, refuse_by_size
from inventory.imports.rules import RUN_TRANSITIONS, RowResult, RunStatus, map_rows
from inventory.imports.table import ReadError

LEASE = timedelta(seconds=30)  # renewed with each chunk


@dataclass(frozen=True)
class Reading:
    """A file being read under a mapping."""

    mapping: FileMapping
    header: tuple[str, ...]
    notes: list[str]
    results: Iterator[RowResult]


def read(path: Path, mapping_data: dict[str, Any]) -> Reading:
    """Return the rows a file says under a mapping, refusing what cannot be read at all."""
    mapping = parse_mapping(mapping_data)
    table = open_table(path, settings.IMPORT_MAX_BYTES)
    check_columns(mapping, table.header)
    results = map_rows(table.records, table.header, mapping)
    first = next(results, None)
    if first is None:
        raise ReadError("The file has a header row and nothing below it.")

    def all_results() -> Iterator[RowResult]:
        yield first
        yield from results

    return Reading(mapping, table.header, table.notes, all_results())


def receive(
    content: IO[bytes], *, name: str, size: int, unit: BusinessUnit, actor: User
) -> ImportRun:
    """Store a file and return its run; the header is read, the rows are not.

    Raises PermissionDenied unless the actor may import into the unit, and ReadError for a file
    that is too large, empty or no table.
    """
    require(actor, Capability.IMPORT, unit)
    refuse_by_size(size, settings.IMPORT_MAX_BYTES)
    run = ImportRun(
        ref=_next_ref(),
        unit=unit,
        requested_by=actor,
        file_name=Path(name).name[-200:],
        file_bytes=size,
        file_sha256=sha256_of(content),
    )
    content.seek(0)
    run.file.save(f"{run.ref}{Path(name).suffix[:5]}", File(content), save=False)
    try:
        table = open_table(Path(run.file.path), settings.IMPORT_MAX_BYTES)
    except ReadError:
        run.file.delete(save=False)
        raise
    run.header, run.read_notes = list(table.header), table.notes
    run.save(force_insert=True)
    return run


def sha256_of(content: IO[bytes]) -> str:
    """Return the SHA-256 of what is left of a file."""
    whole = hashlib.sha256()
    while block := content.read(2**20):
        whole.update(block)
    return whole.hexdigest()


def map_columns(run: ImportRun, data: dict[str, Any], *, actor: User) -> None:
    """Choose the mapping and look ahead: the run knows what it would do.

    Raises MappingError when the mapping cannot be used for this file.
    """
    require(actor, Capability.IMPORT, run.unit)
    reading = read(Path(run.file.path), data)
    ahead = queries.forecast(reading.results, reading.mapping, run.unit)
    move(
        run,
        RunStatus.PREVIEWED,
        RUN_TRANSITIONS,
        mapping=data,
        mapping_sha256=digest(data),
        rows=ahead.rows,
        forecast=_forecast_json(ahead, run.unit),
    )


def _forecast_json(ahead: queries.Forecast, unit: BusinessUnit) -> dict[str, Any]:
    return {
        "created": ahead.created,
        "changed": ahead.changed,
        "unchanged": ahead.unchanged,
        "rejected": len(ahead.rejected),
        "taken": ahead.rows - len(ahead.rejected),
        "noted": len(ahead.noted),
        "units_created": queries.missing_units(unit, ahead.unit_paths),
        "sample": [_sample_json(result, what) for result, what in ahead.sample],
        "problems": [
            [result.number, said.column, said.reason]
            for result in ahead.rejected[:50]
            for said in result.problems
        ],
        "notes": [
            [result.number, said.column, said.reason]
            for result in ahead.noted[:50]
            for said in result.notes
        ],
    }


def _sample_json(result: RowResult, what: str) -> dict[str, Any]:
    return {
        "number": result.number,
        "what": what,
        "name": result.fields.get("name", ""),
        "stage": result.fields.get("stage") or "",
        "unit": " › ".join(result.unit_path),
        "key": result.key,
    }


def confirm(run: ImportRun, *, actor: User) -> None:
    """Put a previewed run into the queue; from here on it is the actor's."""
    require(actor, Capability.IMPORT, run.unit)
    begin = {RunStatus.PREVIEWED: frozenset({RunStatus.QUEUED})}
    move(run, RunStatus.QUEUED, begin, requested_by=actor)


def resume(run: ImportRun, *, actor: User) -> None:
    """Put a run that stopped back into the queue; it goes on after the last row it took."""
    require(actor, Capability.IMPORT, run.unit)
    again = {RunStatus.FAILED: frozenset({RunStatus.QUEUED})}
    move(run, RunStatus.QUEUED, again, failure="", requested_by=actor)


def due() -> list[int]:
    """Return the ids of runs that wait for a worker, or whose worker fell silent."""
    for run_id in ImportRun.objects.filter(status=RunStatus.RUNNING).values_list("pk", flat=True):
        _let_go_of_the_dead(run_id)
    return list(ImportRun.objects.filter(_free()).order_by("pk").values_list("pk", flat=True))


def _free() -> Q:
    silent = Q(status=RunStatus.RUNNING) & (
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=timezone.now())
    )
    return Q(status=RunStatus.QUEUED) | silent


def claim(run_id: int) -> ImportRun | None:
    """Return the run, held by this process for a while, or None when it is not free."""
    _let_go_of_the_dead(run_id)
    name = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"
    taken = ImportRun.objects.filter(_free(), pk=run_id).update(
        status=RunStatus.RUNNING, claimed_by=name, claimed_until=timezone.now() + LEASE
    )
    return ImportRun.objects.get(pk=run_id) if taken else None


def _let_go_of_the_dead(run_id: int) -> None:
    """End the claim of a process of this machine that is gone, without waiting for its lease."""
    run = ImportRun.objects.filter(pk=run_id, status=RunStatus.RUNNING).first()
    host, _, rest = (run.claimed_by if run else "").partition("/")
    pid = rest.partition("/")[0]
    if run and host == socket.gethostname() and pid.isdigit() and not Path(f"/proc/{pid}").exists():
        ImportRun.objects.filter(pk=run.pk, claimed_by=run.claimed_by).update(claimed_until=None)


def carry_out(run: ImportRun, *, on_progress: Callable[[ImportRun], None] | None = None) -> None:
    """Take over what is left of a claimed run, chunk by chunk, and finish it.

    What cannot go on is kept with the run as its failure, in words; rows taken over stay, and
    `resume` goes on after them. Raises LostClaimError when the run is another's now.
    """
    actor = run.requested_by
    try:
        reading = read(Path(run.file.path), run.mapping)
        rest = islice(reading.results, run.rows_done, None)
        for chunk in queries.chunks(rest):
            import_chunk(run, chunk, mapping=reading.mapping, actor=actor)
            _renew(run)
            if on_progress:
                on_progress(run)
        finish(run, actor=actor)
    except LostClaimError:
        raise
    except (DomainError, PermissionDenied, OSError) as error:
        stop(run, str(error))
    except BaseException as error:
        stop(run, f"Stopped by {type(error).__name__}.")
        raise


def _renew(run: ImportRun) -> None:
    mine = ImportRun.objects.filter(pk=run.pk, claimed_by=run.claimed_by)
    mine.update(claimed_until=timezone.now() + LEASE)


def stop(run: ImportRun, why: str) -> None:
    """Mark a run as stopped, in words for the person who wanted it."""
    with transaction.atomic():
        move(
            run,
            RunStatus.FAILED,
            RUN_TRANSITIONS,
            failure=why[:2_000],
            claimed_by="",
            claimed_until=None,
        )


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('import_ref')")
        row = cursor.fetchone()
    return f"IMP-{row[0]:03d}"
