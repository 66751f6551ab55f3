"""A vendor and an agreement with it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from inventory.vendors import actions
from inventory.vendors.models import Agreement, Vendor


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path: Path) -> None:
    """Keep documents in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def vendor(officer) -> Vendor:
    return actions.add_vendor(actor=officer, name="Kelda AI", kind="vendor", country="IE")


@pytest.fixture
def agreement(vendor, claims, officer) -> Agreement:
    today = timezone.localdate()
    return actions.add_agreement(
        actor=officer,
        kind="DPA",
        title="Data processing terms",
        vendor=vendor,
        unit=claims,
        our_party="Halden Mutual",
        signed_on=today - timedelta(days=100),
        effective_from=today - timedelta(days=100),
        expires_on=today + timedelta(days=40),
        notice_days=30,
    )
