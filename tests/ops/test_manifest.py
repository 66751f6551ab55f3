"""What a backup says about itself is compared before anything is touched."""

import json
from pathlib import Path

import pytest

from governance.common.errors import DomainError
from governance.ledger.actions import sequence_all
from governance.ledger.queries import size_and_root
from governance.retention.backups import making, restoring
from governance.retention.backups.manifest import (
    BackupError,
    Manifest,
    check,
    facts,
    paths,
    read,
)
from governance.retention.backups.programs import without_password


def manifest(folder: Path, **over) -> Manifest:
    told = {"made_at": "2026-11-23T04:00:00+00:00", "version": "0.1.0", "postgresql": 150018}
    told |= {"size": 0, "root": "0" * 64, "checkpoint": "", "vkey": "", "tables": {}}
    files = {path: facts(folder / path) for path in paths(folder)}
    return Manifest(**(told | {"files": files} | over))


@pytest.fixture
def whole(tmp_path) -> Path:
    """A small backup that is as its manifest says."""
    folder = tmp_path / "muster-1"
    (folder / "storage" / "packs").mkdir(parents=True)
    (folder / "database.dump").write_bytes(b"PGDMP and more")
    (folder / "storage" / "packs" / "EP-001.pdf").write_bytes(b"%PDF-1.7 sealed")
    manifest(folder).write(folder)
    return folder


def test_a_whole_backup_is_accepted(whole):
    check(whole, read(whole))


def _cut(backup: Path) -> None:
    dump = backup / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-1])


def _flip(backup: Path) -> None:
    file = backup / "storage" / "packs" / "EP-001.pdf"
    data = bytearray(file.read_bytes())
    data[0] ^= 1
    file.write_bytes(data)


def _lose(backup: Path) -> None:
    (backup / "storage" / "packs" / "EP-001.pdf").unlink()


def _add(backup: Path) -> None:
    (backup / "storage" / "more.pdf").write_text("more")


def _link(backup: Path) -> None:
    file = backup / "storage" / "packs" / "EP-001.pdf"
    copy = backup.with_name("elsewhere.pdf")
    copy.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(copy)


@pytest.mark.parametrize("harm", [_cut, _flip, _lose, _add, _link])
def test_a_backup_that_is_not_what_it_was_is_refused(whole, harm):
    harm(whole)

    with pytest.raises(BackupError, match="backup"):
        check(whole, read(whole))


@pytest.mark.parametrize("text", ["", "{}", "[]", json.dumps({"format": "another"})])
def test_a_folder_without_a_manifest_of_ours_is_refused(whole, text):
    (whole / "manifest.json").write_text(text)

    with pytest.raises(BackupError, match="backup"):
        read(whole)


def test_a_database_that_is_not_empty_is_refused_before_anything_is_touched(db, whole):
    with pytest.raises(DomainError, match="database is not empty"):
        restoring.restore_backup(whole)


def test_a_record_that_is_not_the_one_of_the_manifest_is_found(administrator, whole):
    sequence_all()
    size, _root = size_and_root()

    with pytest.raises(BackupError, match="does not hold"):
        restoring._check_record(manifest(whole, size=size + 1, root="0" * 64))


def test_rows_that_did_not_come_back_are_found(db, whole):
    with pytest.raises(BackupError, match="ledger_entry had 7 rows"):
        restoring._check_rows(manifest(whole, tables={"ledger_entry": 7}))


def test_keys_are_copied_and_come_back_for_their_owner_only(settings, tmp_path):
    for name, field in (("log.key", "LOG_KEY_FILE"), ("seal.pem", "SEAL_KEY")):
        (tmp_path / name).write_text(f"secret {name}")
        setattr(settings, field, tmp_path / name)
    settings.DECISION_KEY = tmp_path / "decisions.key"  # there is none
    assert making._copy_keys(tmp_path / "keys") == ["log.key", "seal.pem"]

    (tmp_path / "log.key").unlink()
    (tmp_path / "seal.pem").write_text("newer")

    assert restoring._bring_keys(tmp_path / "keys") == ["log.key"]
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "seal.pem").read_text() == "newer"


def test_files_come_back_whole_in_place_of_an_empty_folder(settings, tmp_path, whole):
    settings.STORAGE = tmp_path / "storage"
    settings.STORAGE.mkdir()

    assert restoring._bring_files(whole / "storage") == 1
    assert (settings.STORAGE / "packs" / "EP-001.pdf").read_bytes() == b"%PDF-1.7 sealed"


def test_the_password_of_a_database_does_not_go_by_the_command_line():
    url, secret = without_password("postgresql://muster:s%40cret@db.example:5432/muster?sslmode=x")

    assert url == "postgresql://muster@db.example:5432/muster?sslmode=x"
    assert secret == {"PGPASSWORD": "s@cret"}
