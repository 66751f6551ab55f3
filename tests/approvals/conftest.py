"""Versions and reviews in the states that tests need."""

import pytest

from governance.approvals import actions
from governance.approvals.models import Review
from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import add_version

PINNED, FLOATING = "gpt-4o-2024-11-20", "gpt-4o"


@pytest.fixture
def version(system, owner) -> ModelVersion:
    """A version with a pinned id, made by the system's owner."""
    return add_version(system, actor=owner, label="1.0.0", provider="openai", model_id=PINNED)


@pytest.fixture
def floating(system, owner) -> ModelVersion:
    """A version whose model id may change its meaning."""
    return add_version(system, actor=owner, label="2.0.0", provider="openai", model_id=FLOATING)


@pytest.fixture
def review(version, owner) -> Review:
    """A proposed version that waits."""
    return actions.submit(version, actor=owner, reason="First release.")
