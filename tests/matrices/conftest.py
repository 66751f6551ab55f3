"""Matrices in the states that tests need."""

import pytest

from raci.matrices import actions
from raci.matrices.models import Matrix
from raci.people import actions as people
from tests.factories import put_in_force, staff


@pytest.fixture
def default(organisation, officer) -> Matrix:
    """The organisation default, in force."""
    matrix = actions.make_default_matrix(organisation, actor=officer)
    put_in_force(matrix, actor=officer)
    return matrix


@pytest.fixture
def staffed(organisation, officer, ops_lead, owner, default) -> Matrix:
    """The default, with everybody named who must be."""
    holders = dict.fromkeys(["AO", "OC", "DS"], ops_lead)
    staff(organisation, actor=officer, people=holders, others=officer)
    people.empower(organisation, person=owner, kind="stop-system", actor=officer)
    people.empower(organisation, person=officer, kind="sign-contract", actor=officer)
    return default


@pytest.fixture
def draft(system, officer, staffed) -> Matrix:
    """A system's matrix, made from the default."""
    return actions.make_matrix(system, actor=officer)
