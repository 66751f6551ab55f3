"""Parts of the pages of packs that only a browser shows: what fits, what follows a choice."""

from playwright.sync_api import Page, expect

from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import ScopeKind
from tests.browser.checks import check_axe, check_inside

KEEP = "document.querySelector('#look-again').focus()"


def test_the_builder_shows_the_field_that_counts(page_as, officer, system):
    page: Page = page_as(officer)
    page.goto("/packs/new/")
    shown = {"systems": "#id_systems", "unit": "#id_unit", "list": "#id_filter"}

    for words, name in [
        ("Every system of a unit and below it", "unit"),
        ("What a list of systems shows", "list"),
        ("The systems I name", "systems"),
    ]:
        page.get_by_label(words).check()
        for one, place in shown.items():
            expect(page.locator(place)).to_be_visible(visible=one == name)
    check_axe(page)


def test_a_button_that_names_somebody_fits_its_panel(page_as, officer, auditor):
    page: Page = page_as(officer)
    page.goto("/packs/view-as/")

    expect(page.get_by_role("button", name=f"Look as {auditor.name}")).to_be_visible()
    check_inside(page)


def test_the_days_of_a_clause_fit_a_phone(page_as, officer, system):
    page: Page = page_as(officer, size="phone")
    page.goto("/frameworks/eu_ai_act/")

    check_inside(page)


def test_who_waits_at_the_keyboard_keeps_the_focus_while_a_pack_is_built(page_as, officer, system):
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    page: Page = page_as(officer)
    page.goto(f"/packs/{pack.ref}/")
    page.evaluate(KEEP)
    EvidencePack.objects.filter(pk=pack.pk).update(status="building", done=1)

    expect(page.get_by_role("heading", name="1 of 1 system printed")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "look-again"
