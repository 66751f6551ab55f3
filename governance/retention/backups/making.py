"""Making a backup: a dump of one moment, the files behind it, a manifest; whole or not at all."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from governance.checkpoints.queries import newest, public_key
from governance.ledger.queries import size_and_root
from governance.retention.backups import manifest as manifests
from governance.retention.backups.manifest import DUMP, KEYS, STORAGE, Manifest, facts
from governance.retention.backups.programs import call, server_version

QUEUES = "pgmq"  # the broker's schema; `prepare` makes it anew
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


def make_backup(place: Path, *, with_keys: bool = False) -> tuple[Path, str]:
    """Write one backup below a folder; return its own folder and the digest of its manifest.

    The database comes first and the storage folder after it: files are written before the rows
    that name them, so every row of the dump finds its file.
    """
    at = datetime.now(UTC)
    place.mkdir(parents=True, exist_ok=True)
    final = place / f"muster-{at:%Y%m%dT%H%M%SZ}"
    making = place / f".making-{uuid4().hex}"
    making.mkdir(mode=0o700)
    try:
        told = _dump(making)
        _copy(settings.STORAGE, making / STORAGE)
        keys = _copy_keys(making / KEYS) if with_keys else []
        files = {path: facts(making / path) for path in manifests.paths(making)}
        manifest = Manifest(
            made_at=at.isoformat(timespec="seconds"),
            version=settings.VERSION,
            postgresql=server_version(),
            files=files,
            keys=keys,
            **told,
        )
        digest = manifest.write(making)
        _to_disk(making)
        making.rename(final)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return final, digest


def _dump(folder: Path) -> dict[str, Any]:
    """Dump the database as it is at one moment, and return what it holds at that moment."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        call(
            "pg_dump",
            *("-Fc", "--no-owner", "--no-privileges", "-N", QUEUES),
            *(f"--snapshot={snapshot}", "-f", str(folder / DUMP)),
        )
        size, root = size_and_root()
        head = newest()
        return {
            "size": size,
            "root": root,
            "checkpoint": head.note if head else "",
            "vkey": public_key(),
            "tables": rows(),
        }


def rows() -> dict[str, int]:
    """Return how many rows each table has, in the transaction's own snapshot."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (name,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            found[name] = cursor.fetchone()[0]
    return found


def _copy(source: Path, target: Path) -> None:
    """Copy a folder's files; one that is taken away meanwhile was never named by a row."""
    for name in manifests.paths(source) if source.is_dir() else ():
        file, copy = source / name, target / name
        if file.is_symlink():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)


def key_files() -> dict[str, Path]:
    """Return where the secret keys of this installation lie, by their names in a backup."""
    return {
        "log.key": settings.LOG_KEY_FILE,
        "seal.pem": settings.SEAL_KEY,
        "decisions.key": settings.DECISION_KEY,
        "secret_key": settings.DATA_DIR / "secret_key",  # of bin/start; else in the environment
    }


def _copy_keys(target: Path) -> list[str]:
    target.mkdir(mode=0o700)
    kept = {name: file for name, file in key_files().items() if file.is_file()}
    for name, file in kept.items():
        copy_private(file, target / name)
    return sorted(kept)


def copy_private(source: Path, target: Path) -> None:
    """Copy a secret file; nobody else may read the copy, not even while it is made."""
    target.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(source, target)


def _to_disk(folder: Path) -> None:
    """Wait until every file and folder is on the disk."""
    for path in (*folder.rglob("*"), folder, folder.parent):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
