"""A backup with its keys: elsewhere, the same installation signs on, and its old packs hold."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from governance.audit_packs.actions import request_pack
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.seal_key import seal_key
from governance.audit_packs.tasks import build_pack
from governance.checkpoints.queries import public_key
from governance.common.notes import Key, open_checkpoint
from tests.factories import make_system

pytestmark = pytest.mark.worker

VERIFIER = "governance/audit_packs/verifier/verify_pack.py"
GO_ON = """
import json
from django.test import Client
from governance.audit_packs.seal_key import seal_key
from governance.checkpoints.actions import checkpoint_now
print(json.dumps({
    "page": Client().get("/", follow=True).status_code,
    "note": checkpoint_now().note,
    "seal": seal_key().sha256,
}))
"""


@pytest.fixture
def home(transactional_db, claims, officer, settings, tmp_path) -> Path:
    """The data folder of an installation with its own keys, and one pack that they signed."""
    home = tmp_path / "home"
    settings.DATA_DIR, settings.STORAGE = home, home / "storage"
    settings.LOG_KEY_FILE, settings.SEAL_KEY = home / "log.key", home / "seal.pem"
    settings.DECISION_KEY = home / "decisions.key"
    system = make_system(actor=officer, unit=claims, name="Claims triage", owner=officer)
    build_pack(request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system]).pk)
    return home


def restored(command, source, empty, home, folder, *words) -> Path:
    """Back up with these words, restore into an empty database; return the new data folder."""
    made = command(source, home, "backup", str(folder / "backups"), *words)
    assert made.returncode == 0, made.stderr
    done = command(empty, folder / "new", "restore", made.stdout.splitlines()[0])
    assert done.returncode == 0, done.stderr
    return folder / "new"


def gone_on(command, empty, new) -> dict[str, str]:
    """Add an entry, open a page, sign the record; return what came of it."""
    asked = ("ines@halden.example", "--reason", "request 17", "--yes")
    done = command(empty, new, "erase_person", *asked, "--by", "admin@halden.example")
    assert done.returncode == 0, done.stderr
    told = command(empty, new, "shell", "--verbosity", "0", "-c", GO_ON)
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


def test_with_its_keys_it_signs_on_and_its_old_packs_hold(
    command, source, empty, home, administrator, tmp_path
):
    (pack,) = (home / "storage" / "packs").glob("*.zip")
    vkey, certificate = public_key(), seal_key().sha256

    new = restored(command, source, empty, home, tmp_path, "--with-keys")
    told = gone_on(command, empty, new)

    assert told["page"] == 200
    assert told["seal"] == certificate
    assert open_checkpoint(told["note"].encode(), [Key.parse(vkey)]).size > 1
    kept = new / pack.relative_to(home)
    offline = [sys.executable, "-I", "-S", VERIFIER, "--key", vkey, str(kept)]
    assert subprocess.run(offline, capture_output=True, check=False).returncode == 0
    held = command(empty, new, "verify_pack", str(kept))
    assert held.returncode == 0, held.stderr


def test_without_its_keys_it_does_not_sign_in_their_name(
    command, source, empty, home, administrator, tmp_path
):
    new = restored(command, source, empty, home, tmp_path)

    told = command(empty, new, "shell", "--verbosity", "0", "-c", GO_ON)

    assert not (new / "log.key").exists()
    assert told.returncode != 0
    assert "copy it from the host that has it" in told.stderr
