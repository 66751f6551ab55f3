"""Times are told in the zone a person chose, beside the one they were asked in."""

import pytest
from django.utils import timezone

from governance.notices.models import Preferences
from raci.people.zones import zone_of


@pytest.fixture
def far_away(owner) -> None:
    """Mira Rossi reads times in New York."""
    Preferences.objects.create(person=owner, zone="America/New_York")


def test_the_zone_is_the_chosen_one_else_that_of_the_house(far_away, owner, officer):
    assert str(zone_of(owner)) == "America/New_York"
    assert str(zone_of(officer)) == timezone.get_default_timezone_name()


def test_who_is_it_is_told_in_both_zones(as_user, far_away, owner, system):
    query = f"?system={system.ref}&activity=OPS-01&at=2026-11-23T02:00&zone=Europe/Berlin"
    page = as_user(owner).get(f"/raci/now/{query}").content.decode()

    assert "Monday 23 November 2026, 02:00 Europe/Berlin" in page
    assert "for you Sunday 22 November 2026, 20:00 America/New_York" in page


def test_a_question_without_a_zone_is_asked_in_ones_own(as_user, far_away, owner, system):
    query = f"?system={system.ref}&at=2026-11-22T20:00"
    page = as_user(owner).get(f"/raci/now/{query}").content.decode()

    assert "20:00 America/New_York" in page
    assert "for you" not in page


def test_a_schedule_is_told_in_its_zone_and_in_ones_own(as_user, far_away, owner, officer, claims):
    from tests.factories import make_rota

    rota = make_rota(claims, actor=officer, people=[officer, owner])
    mine = as_user(owner).get(f"/raci/on-call/{rota.pk}/").content.decode()

    assert "09:00 CET (03:00 EST)" in mine
