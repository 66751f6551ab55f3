"""Packs in their states."""

import pytest

from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import ScopeKind


@pytest.fixture(autouse=True)
def _own_storage(settings, tmp_path) -> None:
    """Keep sealed files in a folder of the test."""
    settings.STORAGE = tmp_path / "storage"


@pytest.fixture
def pack(system, officer) -> EvidencePack:
    """A pack about one system, asked for by Ines."""
    return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
