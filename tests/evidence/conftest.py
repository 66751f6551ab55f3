"""A file about the system in Claims."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.evidence.actions import add_evidence
from governance.evidence.models import EvidenceItem

CONTENT = b"group,rate\nA,0.4\n"


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def item(system, owner) -> EvidenceItem:
    upload = SimpleUploadedFile("bias.csv", CONTENT, "text/html")
    return add_evidence(system, actor=owner, title="Bias test", upload=upload)
