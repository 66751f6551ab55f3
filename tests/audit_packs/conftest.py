"""Packs in their states."""

from pathlib import Path

import pytest

from governance.audit_packs import building
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.render import Printed
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path) -> None:
    """Keep sealed files in a folder of the test."""
    settings.STORAGE = tmp_path / "storage"


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


@pytest.fixture(autouse=True)
def _quick_print(request, monkeypatch) -> None:
    """Print packs as a few bytes, but in the tests of the file itself."""
    if request.module.__name__.endswith("test_pdf"):
        return

    def printed(contents, folder, progress):
        (folder / "pack.pdf").write_bytes(b"%PDF-1.7\n" + contents.json() + b"\n%%EOF\n")
        progress(len(contents.systems))
        return Printed(folder / "pack.pdf", pages=5, press_kib=0, binding_kib=0)

    monkeypatch.setattr(building, "print_pack", printed)
