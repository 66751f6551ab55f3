"""A place where releases run, and a key that signs."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.approvals.lifecycle import State
from governance.approvals.models import Release
from governance.pipelines.key_actions import make_key
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.version_actions import add_version
from tests.approvals.world import PINNED, Place, sha


@pytest.fixture(autouse=True)
def _own_key(settings, tmp_path) -> None:
    settings.DECISION_KEY = tmp_path / "keys" / "decisions.key"


@pytest.fixture
def place(system, officer, administrator) -> Place:
    """The system with people, matrix, rota and classification."""
    return Place(system, officer, administrator)


@pytest.fixture
def key(db):
    """The key that signs decisions."""
    return make_key()


def a_release(system: AISystem, *, actor: Any, label: str = "1.0.0", **over: Any) -> Release:
    """Return a release as a row: quick, for what does not ask how it came to run."""
    said = {"provider": "openai", "model_id": PINNED, "prompt_sha256": sha(label)}
    fields = said | over.pop("fields", {})
    version = add_version(system, actor=actor, label=label, **fields)
    return release_of(version, actor=actor, **over)


def release_of(version: ModelVersion, *, actor: Any, **over: Any) -> Release:
    """Return a release of a version, as a row."""
    now = timezone.now()
    row = {
        "ref": f"UPD-9{Release.objects.count():02d}",
        "digest": version.digest,
        "status": State.ACTIVE,
        "reason": "Better.",
        "change_class": "A",
        "submitted_by": actor,
        "submitted_at": now - timedelta(days=3),
        "decided_at": now - timedelta(days=2),
        "approved_at": now - timedelta(days=2),
        "activated_at": now - timedelta(days=1),
        "valid_until": now + timedelta(days=90),
    } | over
    return Release.objects.create(system=version.system, version=version, **row)


@pytest.fixture
def active(system, officer) -> Release:
    """A release that runs."""
    return a_release(system, actor=officer)


@pytest.fixture
def two(system, officer) -> tuple[Release, Release]:
    """What ran before, and what runs now."""
    left = timezone.now() - timedelta(days=1)
    before = a_release(system, actor=officer, status=State.SUPERSEDED, left_at=left)
    now = a_release(system, actor=officer, label="1.1.0", rollback_target=before)
    return before, now
