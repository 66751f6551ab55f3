"""Restoring a backup: into an empty database only, checked before and after."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from governance.checkpoints.verification import verify_signed
from governance.ledger.actions import sequence_all
from governance.retention.backups import manifest as manifests
from governance.retention.backups.making import copy_private, key_files, rows
from governance.retention.backups.manifest import DUMP, KEYS, STORAGE, BackupError, Manifest
from governance.retention.backups.programs import call
from governance.retention.notes import replay


@dataclass(frozen=True)
class Restored:
    """What came back: the record's size and root, rows, files, and values erased again."""

    size: int
    root: str
    rows: int
    files: int
    erased_again: int
    keys: list[str]


def restore_backup(folder: Path, *, erasures: Path | None = None) -> Restored:
    """Bring a backup back; return what came.

    `erasures` holds the notes of what was erased since. Raises BackupError before anything is
    touched when the backup is not whole, or the database or the storage folder is not empty;
    and afterwards when what came back is not what the manifest promised.
    """
    manifest = manifests.read(folder)
    manifests.check(folder, manifest)
    _refuse_full()
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    call("pg_restore", *words, str(folder / DUMP))
    _check_rows(manifest)
    files = _bring_files(folder / STORAGE)
    keys = _bring_keys(folder / KEYS)
    call_command("migrate", verbosity=0, interactive=False)
    sequence_all()
    size, root = _check_record(manifest)
    again = _erase_again(erasures)
    return Restored(size, root, sum(manifest.tables.values()), files, again, keys)


def _refuse_full() -> None:
    if connection.introspection.table_names():
        raise BackupError("The database is not empty. Restore into a new one.")
    if settings.STORAGE.is_dir() and any(settings.STORAGE.iterdir()):
        raise BackupError(f"The storage folder {settings.STORAGE} is not empty. Give a new one.")


def _check_rows(manifest: Manifest) -> None:
    with transaction.atomic():
        there = rows()
    for table, count in manifest.tables.items():
        if there.get(table) != count:
            found = there.get(table, "none")
            raise BackupError(f"{table} had {count} rows and came back with {found}.")


def _check_record(manifest: Manifest) -> tuple[int, str]:
    """Recompute the whole record, with the head that the manifest names and all signed ones."""
    report = verify_signed({manifest.size: manifest.root})
    if report.fault:
        raise BackupError(f"The record that came back does not hold. {report.fault}")
    return report.size, report.root


def _bring_files(source: Path) -> int:
    """Copy the files beside the storage folder, then put them in its place at once."""
    names = list(manifests.paths(source)) if source.is_dir() else []
    bringing = settings.STORAGE.with_name(settings.STORAGE.name + ".restoring")
    shutil.rmtree(bringing, ignore_errors=True)
    bringing.mkdir(parents=True, mode=0o700)
    for name in names:
        (bringing / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, bringing / name)
    if settings.STORAGE.is_dir():
        settings.STORAGE.rmdir()
    bringing.rename(settings.STORAGE)
    return len(names)


def _bring_keys(source: Path) -> list[str]:
    """Put the keys of a backup where there is none yet; return their names."""
    brought = []
    for name, target in key_files().items():
        file = source / name
        if file.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_private(file, target)
            brought.append(name)
    return brought


def _erase_again(notes: Path | None) -> int:
    if notes is None or not notes.is_dir():
        return 0
    with transaction.atomic():
        again = replay(notes)
    sequence_all()
    return again
