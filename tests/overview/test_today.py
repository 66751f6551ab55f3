"""Today: what needs a person, the figures, and what they cost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts import unit_actions
from governance.accounts.rules import Role
from governance.approvals.models import Release
from governance.approvals.run_actions import suspend
from governance.classification.models import Assessment
from governance.overview.context import COUNTS
from governance.overview.nav import navigation
from governance.overview.needs import Need
from governance.overview.portfolio import portfolio
from governance.overview.register import Register, scope_of
from governance.overview.register_state import read_state
from governance.overview.today import today
from inventory.systems import actions as systems
from inventory.vendors.models import Agreement, Vendor
from tests.approvals.world import Place
from tests.conftest import person
from tests.factories import make_system


def page_of(user):
    return today(user, timezone.now(), navigation(user, "/", {}).abilities)


def titles(user):
    return [need.title for need in page_of(user).needs]


def sign(system, tier, user):
    return Assessment.objects.create(
        system=system,
        number=1,
        tier=tier,
        tier_enacted=tier,
        facts={},
        facts_digest="0" * 64,
        pack_version="x",
        result={},
        duty_days=[timezone.localdate() + timedelta(days=9)],
        signed_by=user,
        reason="Read with counsel.",
        signed_at=timezone.now(),
    )


def agreement(unit, days, **over):
    vendor, _ = Vendor.objects.get_or_create(ref="VEN-001", name="Kelda AI")
    day = timezone.localdate()
    fields = {"signed_on": day, "effective_from": day - timedelta(days=500)} | over
    return Agreement.objects.create(
        ref=f"AGR-{days}",
        kind="DPA",
        title="DPA",
        vendor=vendor,
        unit=unit,
        our_party="Halden",
        expires_on=day + timedelta(days=days),
        **fields,
    )


def test_new_installation_shows_three_steps(as_user, officer):
    page = as_user(officer).get("/").content.decode()

    assert "Three steps to the first evidence pack" in page
    assert "Nothing needs you now" in page


def test_officer_is_told_what_systems_lack(officer, system):
    assert "Classify 1 system" in titles(officer)
    assert "Say who answers for 1 system" in titles(officer)


def test_officer_is_told_which_signatures_rest_on_another_rule_pack(officer, owner, system):
    sign(system, "high", officer)

    assert "Sign 1 classification again" in titles(officer)
    assert "Sign 1 classification again" not in titles(owner)


def test_owner_is_asked_for_the_questions_of_the_own_system(owner, system):
    assert titles(owner) == ["Answer the questions for the classification"]


def test_auditor_has_nothing_to_do(auditor, system):
    assert titles(auditor) == []


def test_stranger_is_told_nothing_of_another_unit(stranger, system, claims):
    agreement(claims, 3)
    page = page_of(stranger)

    assert page.needs == []
    assert page.portfolio.total == 0
    assert not any(item.url for item in page.ahead)


@pytest.mark.parametrize("days", [-1, 0, 89])
def test_agreement_that_runs_out_needs_its_keeper_with_the_last_day_as_due(officer, claims, days):
    due = agreement(claims, days).expires_on

    assert [need.due for need in page_of(officer).needs] == [due]


@pytest.mark.parametrize(
    "over", [{"ended_on": timezone.localdate()}, {"signed_on": None}, {"effective_from": None}]
)
def test_agreement_that_ended_or_is_not_in_force_needs_nobody(officer, claims, over):
    agreement(claims, 3, **over)

    assert titles(officer) == []


def test_long_notice_makes_an_agreement_due_earlier(officer, claims):
    agreement(claims, 200, notice_days=180)

    assert titles(officer) == ["Renew the DPA"]


def test_overdue_comes_first_then_due_then_what_waits_longest():
    day, moment = timezone.localdate(), timezone.now()
    fields = {"icon": "scale", "action": "Open", "url": "/"}
    rest = Need(title="rest", **fields)
    older = Need(title="older", since=moment - timedelta(days=9), **fields)
    newer = Need(title="newer", since=moment, **fields)
    soon = Need(title="soon", due=day + timedelta(days=1), **fields)
    late = Need(title="late", due=day - timedelta(days=1), **fields)

    found = sorted([rest, newer, soon, older, late], key=Need.urgency)

    assert [need.title for need in found] == ["late", "soon", "older", "newer", "rest"]


def test_heat_map_counts_a_system_once_in_the_area_below_the_organisation(
    officer, claims, administrator, organisation
):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    high = make_system(actor=officer, unit=motor, name="Reserve estimator")
    make_system(actor=officer, unit=claims, name="Meeting notes")
    make_system(actor=officer, unit=organisation, name="Policy chat")
    sign(high, "high", officer)

    counted = portfolio(officer, scope_of(officer), timezone.now() - timedelta(days=1))
    cells = {area.name: {c.tier: c.systems for c in area.cells} for area in counted.areas}

    assert counted.total == counted.added == 3
    assert cells["Claims"] == {
        "prohibited": 0,
        "high": 1,
        "limited": 0,
        "minimal": 0,
        "unclassified": 1,
    }
    assert cells["Halden Mutual"]["unclassified"] == 1


def test_area_of_somebody_with_a_role_below_is_the_topmost_unit_seen(
    officer, claims, administrator
):
    motor = unit_actions.add_unit(name="Motor", parent=claims, actor=administrator)
    make_system(actor=officer, unit=motor, name="Reserve estimator")
    lead = person("Lena Motor", Role.AI_OPS_LEAD, claims, administrator)

    assert [area.name for area in portfolio(lead, scope_of(lead), timezone.now()).areas] == [
        "Claims"
    ]


def test_gaps_are_those_of_the_list_of_systems(officer, claims, owner):
    make_system(actor=officer, unit=claims, name="Meeting notes")
    make_system(
        actor=officer, unit=claims, name="Policy chat", owner=owner, intended_purpose="Answers."
    )
    state = read_state({}, ())
    rows = Register(officer, state, timezone.localdate()).page().rows

    gaps = portfolio(officer, scope_of(officer), timezone.now()).by_tier["unclassified"].gaps
    assert gaps == sum(row.missing for row in rows) == 5 + 3


def test_every_cell_and_task_leads_to_a_list_of_as_many(as_user, officer, owner, claims, system):
    make_system(actor=officer, unit=claims, name="Meeting notes")
    old = make_system(actor=officer, unit=claims, name="Old scorer")
    systems.retire(old, actor=officer, on=timezone.localdate(), reason="Replaced.")
    sign(system, "high", officer)
    client = as_user(officer)
    page = page_of(officer)
    cells = [cell for area in page.portfolio.areas for cell in area.cells if cell.systems]
    asked = {cell.url: cell.systems for cell in cells}
    asked |= {need.url: int(need.title.split()[-2]) for need in page.needs if "gaps=" in need.url}

    found = {url: client.get(url).context["page"].total for url in asked}

    assert len(asked) == 5
    assert found == asked


def test_system_shared_from_elsewhere_has_a_row_of_its_own(officer, stranger, system):
    systems.share(system, user=stranger, actor=officer)
    (area,) = portfolio(stranger, scope_of(stranger), timezone.now()).areas

    assert area.name == "Shared with you"
    assert area.url == f"/systems/?unit={system.unit_id}"


def test_every_figure_and_cell_is_a_link_to_its_list(as_user, officer, system):
    page = as_user(officer).get("/").content.decode()

    assert 'href="/systems/?tier=high"' in page
    assert f'href="/systems/?unit={system.unit_id}&amp;tier=unclassified"' in page


def test_law_s_next_date_is_in_the_calendar_with_what_it_touches(officer, system):
    sign(system, "high", officer)

    laws = [item for item in page_of(officer).ahead if item.is_law]

    assert laws
    assert all(item.note.startswith("EU AI Act as amended. Touches") for item in laws)


def test_page_costs_the_same_for_one_system_and_for_forty(
    as_user, officer, system, claims, django_assert_max_num_queries
):
    client = as_user(officer)
    client.get("/")
    with django_assert_max_num_queries(36) as first:
        client.get("/")
    for number in range(39):
        made = make_system(actor=officer, unit=claims, name=f"Model {number} of {number * 7}")
        agreement(claims, number)
        if number % 2:
            sign(made, "limited", officer)
    with django_assert_max_num_queries(36) as second:
        client.get("/")

    assert len(second) == len(first)


def test_retired_system_needs_nothing(officer, system):
    systems.change_system(system, actor=officer, stage="retired")

    assert "Classify 1 system" not in titles(officer)


def test_update_waits_for_whose_voice_is_missing(officer, administrator, auditor, stranger, system):
    place = Place(system, officer, administrator)
    place.proposed()
    everybody = (officer, place.submitter, place.owner, auditor, stranger, place.people["VAL"])

    waiting = [user for user in everybody if "Decide on update 1.0.0" in titles(user)]

    assert waiting == [place.owner, place.people["VAL"]]


def test_menu_counts_the_updates_that_wait(officer, administrator, system):
    place = Place(system, officer, administrator)
    place.proposed()

    assert navigation(place.owner, "/", COUNTS).waiting["/updates/"] == 1
    assert navigation(place.submitter, "/", COUNTS).waiting["/updates/"] == 0


def test_today_tells_what_stands_still_and_what_ends_soon(officer, administrator, system):
    place = Place(system, officer, administrator)
    release = place.active()
    Release.objects.filter(pk=release.pk).update(valid_until=timezone.now() + timedelta(days=20))
    ends = titles(place.owner)
    suspend(release, actor=place.owner, reason="Wrong answers.")

    assert "Recertify 1.0.0" in ends
    assert "1.0.0 is suspended: resume it or go back" in titles(place.owner)


def test_the_tiers_add_up_also_with_systems_out_of_scope(officer, system, claims):
    sign(system, "out_of_scope", officer)
    make_system(actor=officer, unit=claims, name="Other")

    listed = page_of(officer).all_tiers
    assert sum(tally.systems for _, tally in listed) == 2
    assert dict(listed)["out_of_scope"].systems == 1
