"""Packs in their states."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from governance.audit_packs import building, rules
from governance.audit_packs.actions import request_pack
from governance.audit_packs.bag import Papers
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.render import Printed, print_pack
from governance.audit_packs.rules import PackFormat, PackStatus, ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.ledger.actions import record, sequence_all
from governance.ledger.queries import size_and_root
from governance.rest.actions import issue_token
from governance.rest.rules import Scope
from tests.audit_packs import samples


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path) -> None:
    """Keep sealed files in a folder of the test."""
    settings.STORAGE = tmp_path / "storage"
    settings.SEAL_KEY = tmp_path / "keys" / "seal.pem"


@pytest.fixture(scope="session")
def time_service(tmp_path_factory) -> Iterator[tuple[Path, int]]:
    """A time-stamping service in a process of its own: its folder and its port."""
    folder = tmp_path_factory.mktemp("tsa")
    command = [sys.executable, "-m", "tests.audit_packs.tsa", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        yield folder, int(child.stdout.readline())
        child.kill()


@pytest.fixture
def tsa(time_service, settings) -> Callable[[str], None]:
    """Let packs be stamped by the service, which errs in the way that its path says."""
    folder, port = time_service
    settings.TIMESTAMP_URL = f"http://127.0.0.1:{port}/mode"
    settings.TIMESTAMP_CA = folder / "ca.pem"
    return (folder / "mode").write_text


@pytest.fixture(scope="session")
def bound(tmp_path_factory) -> Path:
    """A pack of five systems in three parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MOST_SYSTEMS_A_PART", 2)
        kinds = [samples.system, samples.bare, samples.system, samples.bare, samples.system]
        said = samples.contents(*[make(number) for number, make in enumerate(kinds, 1)])
        return print_pack(said, tmp_path_factory.mktemp("pack")).file


@pytest.fixture
def pack(system, officer) -> EvidencePack:
    """A pack about one system, asked for by Ines."""
    return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])


@pytest.fixture
def sealed_pack(pack) -> EvidencePack:
    """The same pack, built and sealed."""
    build_pack(pack.pk)
    pack.refresh_from_db()
    return pack


@pytest.fixture
def file(sealed_pack, settings) -> Path:
    """The file of the sealed pack."""
    return settings.STORAGE / sealed_pack.file


@pytest.fixture
def old_pack(pack, settings) -> EvidencePack:
    """A pack sealed as the first ones were: a PDF alone, with an entry that knows no bag."""
    body = b"%PDF-1.7 old"
    kept = {"file": f"packs/{pack.ref}.pdf", "sha256": sha256(body).hexdigest()}
    sequence_all()
    size, root = size_and_root()
    (settings.STORAGE / "packs").mkdir(parents=True)
    (settings.STORAGE / kept["file"]).write_bytes(body)
    EvidencePack.objects.filter(pk=pack.pk).update(
        **kept,
        status=PackStatus.SEALED,
        format=PackFormat.PDF,
        sealed_at=timezone.now(),
        size_bytes=len(body),
        pages=1,
        ledger_size=size,
        ledger_root=root,
    )
    data = {"pack": pack.ref, "sha256": kept["sha256"], "systems": 1}
    data |= {"ledger": {"size": size, "root": root}}
    with transaction.atomic():
        record("pack.sealed", subject=pack, actor=pack.requested_by, data=data, unit=pack.unit_id)
    pack.refresh_from_db()
    return pack


@pytest.fixture
def api(client):
    """Return a function that calls the API as a person, by a token."""

    def call(user, method: str, path: str, body: dict | None = None):
        _, text = issue_token(actor=user, name="test", scopes=list(Scope))
        headers = {"Authorization": f"Bearer {text}"}
        client.logout()
        send = getattr(client, method)
        given = {"data": body, "content_type": "application/json"} if body is not None else {}
        return send(f"/api/v1/{path}", headers=headers, **given)

    return call


@pytest.fixture(autouse=True)
def _quick_print(request, monkeypatch) -> None:
    """Print packs as a few bytes, but in the tests of the file itself."""
    if request.module.__name__.endswith("test_pdf"):
        return

    def printed(contents, folder, progress, _seal):
        (folder / "pack.pdf").write_bytes(b"%PDF-1.7\n" + contents.json() + b"\n%%EOF\n")
        progress(len(contents.systems))
        return Printed(folder / "pack.pdf", pages=5, press_kib=0, binding_kib=0)

    monkeypatch.setattr(building, "print_pack", printed)
    monkeypatch.setattr(building, "papered", lambda file, _level: Papers(file))
