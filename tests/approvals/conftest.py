"""A place where releases can be brought through."""

import pytest

from tests.approvals.world import Place


@pytest.fixture
def place(system, officer, administrator) -> Place:
    """The system with people, matrix, rota and classification."""
    return Place(system, officer, administrator)
