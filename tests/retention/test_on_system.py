"""How long a system's record is kept stands on its page, with the law and the first day."""

from datetime import date

import pytest

from governance.classification.models import FactSheet
from governance.retention.overview import term_of, terms
from governance.retention.standings import PLACED, with_service_days
from inventory.systems.models import AISystem
from tests.factories import make_system


def page_of(client, system) -> str:
    """Return the panel of retention on a system's page."""
    page = client.get(f"/systems/{system.ref}/").content.decode()
    return page.split('id="kept"', 1)[1].split("</section>")[0]


def test_the_page_tells_how_long_by_which_law_and_from_when(as_user, officer, claims):
    system = make_system(
        actor=officer, unit=claims, our_roles=["provider"], live_since=date(2026, 5, 4)
    )
    panel = page_of(as_user(officer), system)

    assert "10 years" in panel
    assert "Regulation (EU) 2024/1689, Art. 18(1)" in panel
    assert 'datetime="2026-05-04"' in panel
    assert 'datetime="2036-05-04"' in panel
    assert "6 months" in panel
    assert "each from the day it was recorded" in panel
    assert "as if it were high-risk" in panel


def test_a_period_that_has_not_begun_says_so(as_user, officer, claims):
    system = make_system(actor=officer, unit=claims, our_roles=["provider"])

    assert "from the day it goes into service, which is not on record yet" in page_of(
        as_user(officer), system
    )


def test_a_system_that_no_rule_speaks_of_says_so(as_user, officer, system):
    AISystem.objects.update(our_roles=["importer"])

    assert "No rule that Muster knows" in page_of(as_user(officer), system)


def test_without_a_stated_role_nothing_is_said_to_be_free(as_user, officer, system):
    AISystem.objects.update(our_roles=[])

    assert "Our role under the AI Act is not stated" in page_of(as_user(officer), system)


@pytest.mark.parametrize("said", ["2026-08-01", None])
def test_one_system_has_the_term_that_the_list_of_all_has(officer, claims, said):
    system = make_system(
        actor=officer, unit=claims, our_roles=["provider"], live_since=date(2025, 1, 2)
    )
    FactSheet.objects.update_or_create(system=system, defaults={"facts": {PLACED: said}})
    (listed,) = terms(officer)

    found = with_service_days(AISystem.objects.all()).get(pk=system.pk)
    assert term_of(found, None) == listed
    assert listed.in_service == (date(2026, 8, 1) if said else date(2025, 1, 2))
