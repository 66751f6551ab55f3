"""Systems in Claims, what is signed about them, and a second officer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.crosswalk.actions import agree
from governance.crosswalk.models import NotApplicable
from governance.crosswalk.queries import survey
from governance.crosswalk.reading import catalogue
from inventory.systems.models import AISystem
from tests.conftest import person


@pytest.fixture
def a_month():
    """A last day within a year."""
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def second(organisation, administrator) -> User:
    """Another compliance officer of the whole organisation."""
    return person("Nora Second", Role.COMPLIANCE_OFFICER, organisation, administrator)


@pytest.fixture
def agreed(second):
    """Return a function by which the second officer agrees that a control does not apply."""

    def say(row: NotApplicable) -> NotApplicable:
        agree(row, actor=second)
        return row

    return say


@pytest.fixture
def stands():
    """Return a function that says where a control stands in a framework, for all systems."""

    def ask(code, framework, *systems: AISystem):
        rows = systems or AISystem.objects.all()
        return survey([row.pk for row in rows]).standing(catalogue().controls[code], framework)

    return ask
