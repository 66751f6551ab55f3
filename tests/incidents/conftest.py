"""Situations that the tests of incidents share."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from governance.classification.actions import answer_facts
from governance.incidents.actions import register_incident
from inventory.systems import actions as systems
from tests.classification.conftest import sign

HIRING = {"uc.employment_recruitment": True}


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep files in a folder of the test."""
    settings.MEDIA_ROOT = settings.STORAGE = tmp_path


@pytest.fixture
def provided(claims, owner, officer):
    """A system in Claims of which we are the provider, owned by Mira Rossi."""
    return systems.register(
        actor=officer,
        name="Applicant ranker",
        intended_purpose="Ranks applicants.",
        unit=claims,
        owner=owner,
        our_roles=["provider"],
    )


@pytest.fixture
def used(claims, owner, officer):
    """A system in Claims of which we are the deployer."""
    return systems.register(
        actor=officer, name="Bought scorer", unit=claims, owner=owner, our_roles=["deployer"]
    )


def happened(system, actor, **over):
    """Register an incident known for a day."""
    fields = {
        "title": "Applicants turned away by a wrong field",
        "description": "The ranking read the wrong column for two days.",
        "effects": ["fundamental_rights_infringement"],
        "aware_at": timezone.now() - timedelta(days=1),
        "zone": "Europe/Berlin",
    }
    return register_incident(system, actor=actor, **(fields | over))


@pytest.fixture
def open_incident(provided, owner):
    """An incident of a provided system, open for a day."""
    return happened(provided, owner)


__all__ = ["answer_facts", "happened", "sign"]
