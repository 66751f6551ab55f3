"""The nightly drill on generated data: back up, restore elsewhere, the record holds and goes on."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from governance.ledger.actions import sequence_all
from governance.ledger.erasing import erase
from governance.ledger.models import Entry
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.queries import size_and_root
from governance.retention.backups.making import _copy_keys as copy_keys
from governance.retention.notes import write_notes
from tests.factories import make_system

pytestmark = pytest.mark.worker


def ask(url: str, sql: str):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchone()[0]


def test_the_drill(command, backup, empty, home, tmp_path):
    size, root = size_and_root()
    new = tmp_path / "new"

    done = command(empty, new, "restore", str(backup))

    assert done.returncode == 0, done.stderr
    assert f"holds: {size} entries\nroot {root}" in done.stdout
    manifest = json.loads((backup / "manifest.json").read_text())
    assert manifest["tables"]["ledger_entry"] == Entry.objects.count()
    assert ask(empty, "SELECT count(*) FROM ledger_entry") == Entry.objects.count()
    stored = "storage/packs/EP-001.pdf"
    assert (new / stored).read_bytes() == (home / stored).read_bytes()
    _guards_are_back(empty)
    _it_goes_on(command, empty, new, size)


def _guards_are_back(url: str) -> None:
    for statement in ("DELETE FROM ledger_entry", "DELETE FROM ledger_personal"):
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")
            with pytest.raises(psycopg.errors.IntegrityError):
                connection.execute(statement)


def _it_goes_on(command, url: str, data: Path, size: int) -> None:
    """New entries get their numbers behind those that came back, and the record still holds."""
    asked = ("ines@halden.example", "--reason", "request 17", "--yes")
    done = command(url, data, "erase_person", *asked, "--by", "admin@halden.example")
    assert done.returncode == 0, done.stderr
    held = command(url, data, "verify_ledger")
    assert held.returncode == 0, held.stderr
    assert ask(url, "SELECT count(*) FROM ledger_entry") > size
    assert "wait" not in held.stdout or "1 more" in held.stdout


def test_a_backup_from_before_an_erasure_is_erased_again(
    command, backup, empty, owner, administrator, tmp_path
):
    values = list(PersonalValue.objects.filter(value="Ines Halvorsen"))
    erase(values, subject=owner, actor=administrator, data={"ground": "asked"})
    write_notes(tmp_path / "notes")
    words = ("restore", str(backup), "--erasures", str(tmp_path / "notes"))

    done = command(empty, tmp_path / "new", *words)

    assert done.returncode == 0, done.stderr
    assert f"erased again: {len(values)} values" in done.stdout
    assert (
        ask(empty, "SELECT count(*) FROM ledger_personal WHERE value = '\"Ines Halvorsen\"'") == 0
    )


def test_a_backup_taken_while_people_work_is_one_moment(
    source, home, claims, officer, command, empty, tmp_path
):
    env = os.environ | {"DATABASE_URL": source, "DATA_DIR": str(home), "MUSTER_MODE": "local"}
    env["DJANGO_SETTINGS_MODULE"] = "governance.settings"
    words = [sys.executable, "manage.py", "backup", str(tmp_path / "busy")]
    running = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, text=True)
    made = 0
    while running.poll() is None:
        make_system(actor=officer, unit=claims, name=f"During {made}")
        made += 1
        sequence_all()
        time.sleep(0.01)
    folder = Path(running.communicate()[0].splitlines()[0])

    done = command(empty, tmp_path / "new", "restore", str(folder))

    assert made
    assert done.returncode == 0, done.stderr
    then = json.loads((folder / "manifest.json").read_text())
    assert ask(empty, "SELECT count(*) FROM ledger_entry") == then["tables"]["ledger_entry"]
    assert size_and_root(then["size"]) == (then["size"], then["root"])  # a prefix of what went on


def test_keys_of_the_same_file_name_are_kept_apart(settings, tmp_path, db):
    for one in ("LOG_KEY_FILE", "SEAL_KEY", "DECISION_KEY"):
        path = tmp_path / one / "key"
        path.parent.mkdir()
        path.write_text(one)
        setattr(settings, one, path)

    assert len(copy_keys(tmp_path / "kept")) == 3
    said = {file.read_text() for file in (tmp_path / "kept").iterdir()}
    assert {"LOG_KEY_FILE", "SEAL_KEY", "DECISION_KEY"} <= said


def test_a_broken_off_backup_leaves_nothing_that_looks_like_one(source, home, tmp_path):
    env = os.environ | {"DATABASE_URL": source, "DATA_DIR": str(home), "MUSTER_MODE": "local"}
    env["DJANGO_SETTINGS_MODULE"] = "governance.settings"
    place = tmp_path / "cut"
    words = [sys.executable, "manage.py", "backup", str(place)]
    running = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while running.poll() is None and not list(place.glob(".making-*")):
        assert time.monotonic() < end
    running.kill()
    running.wait()

    assert not list(place.glob("muster-*"))
