"""Systems in Claims and what is signed about them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.crosswalk.queries import survey
from governance.crosswalk.reading import catalogue
from inventory.systems.models import AISystem


@pytest.fixture
def a_month():
    """A last day within a year."""
    return timezone.localdate() + timedelta(days=30)


@pytest.fixture
def stands():
    """Return a function that says where a control stands in a framework, for all systems."""

    def ask(code, framework, *systems: AISystem):
        rows = systems or AISystem.objects.all()
        return survey([row.pk for row in rows]).standing(catalogue().controls[code], framework)

    return ask
