"""Packs in their states."""

from pathlib import Path

import pytest

from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
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
