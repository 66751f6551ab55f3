"""Two versions of the system in Claims, and files of results kept in a folder of the test."""

from pathlib import Path

import pytest

from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import add_version


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(system, owner) -> ModelVersion:
    """The version that is there."""
    return _version(system, owner, "1.0.0", "gpt-4o-2024-08-06")


@pytest.fixture
def update(version, system, owner) -> ModelVersion:
    """The version that is to follow it."""
    return _version(system, owner, "1.1.0", "gpt-4o-2024-11-20")


def _version(system, owner, label: str, model_id: str) -> ModelVersion:
    return add_version(system, actor=owner, label=label, provider="openai", model_id=model_id)
