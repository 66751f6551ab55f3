"""The story as each role walks it: by clicks and typing in a browser, one role a test.

No worker runs here: what a worker would do, the test does by calling the task. Every tab must
stay quiet: no error of a script, no refusal of the content policy, on any page of the walk.
"""

import re
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from governance.accounts.models import BusinessUnit
from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.ledger.actions import sequence_all
from governance.rest.models import ApiToken
from inventory.imports.models import ImportRun
from inventory.imports.tasks import carry_out_import
from inventory.systems.models import AISystem
from raci.matrices import actions as raci
from tests.approvals.world import Place
from tests.browser.duties import propose, staff
from tests.browser.walk import (
    answer_questions,
    choose,
    downloaded,
    follow,
    from_menu,
    main,
    press,
    register,
    settled,
    titled,
    told,
    type_letter,
)
from tests.conftest import PASSWORD

SAMPLE = Path(__file__).resolve().parents[2] / (
    "inventory/imports/samples/us-federal-2024-sample.csv"
)
OWN_LIST = "[action$='/views/save/']"  # a name for a list that only its maker sees
SUBMITTING = f"main form[method=post]:not({OWN_LIST})"


def test_administrator_imports_an_inventory_with_a_preset(tab_of, administrator):
    page = tab_of(administrator)
    page.goto("/")
    from_menu(page, "Import")
    follow(page, "Import a file")
    main(page).get_by_label("File", exact=True).set_input_files(SAMPLE)
    press(page, "Upload")
    titled(page, "What do the columns mean?")
    press(page, "Use this preset")
    told(page, "60 rows: 60 new, 0 changed, 0 unchanged, 0 rejected.")
    press(page, "Import 60 rows")
    told(page, "0 of 60 rows")
    carry_out_import(ImportRun.objects.get().pk)

    told(page, "What it did")  # the page looks again by itself
    told(page, "60 rows: 60 created")
    with page.expect_download() as download:
        follow(page, "Report")
    assert '"created": 60' in download.value.path().read_text()
    page.goto("/systems/?q=berth+allocation")
    follow(page, "Berth Allocation Forecast")
    told(page, "Origin")


def test_administrator_adds_a_person_with_two_roles_and_takes_one_away(
    tab_of, administrator, claims
):
    page = tab_of(administrator)
    page.goto("/settings/people/")
    follow(page, "Add a person")
    main(page).get_by_label("Name").fill("Runa Lind")
    main(page).get_by_label("E-mail address").fill("runa@halden.example")
    main(page).get_by_label("Role", exact=True).select_option(label="System owner")
    main(page).get_by_label("In", exact=True).select_option(value=str(claims.pk))
    press(page, "Add the person")
    titled(page, "Runa Lind")
    main(page).get_by_label("Role", exact=True).select_option(label="Auditor")
    main(page).get_by_label("In", exact=True).select_option(value=str(claims.pk))
    last_day = timezone.localdate() + timedelta(days=30)
    main(page).get_by_label("Last day").fill(last_day.isoformat())
    press(page, "Give the role")
    roles = main(page).get_by_role("table", name="Roles of Runa Lind")
    expect(roles.get_by_role("rowheader")).to_have_count(2)
    press(page, "System owner in Claims")

    expect(roles.get_by_role("rowheader")).to_have_text(["Auditor"])
    press(page, "Make a link for the first sign-in")
    told(page, "It is not shown again.")


def test_administrator_makes_a_token_and_revokes_it(tab_of, administrator):
    page = tab_of(administrator)
    page.goto("/settings/tokens/")
    main(page).get_by_label("Name").fill("nightly import")
    main(page).get_by_label("Read: lists and records").check()
    press(page, "Make the token")
    told(page, "Copy it now: it is not shown again.")
    text = main(page).locator("code.mono.wrap").inner_text()
    assert text.startswith("mst_")
    press(page, "Revoke nightly import")

    told(page, "revoked")
    assert ApiToken.objects.get().revoked_at
    expect(main(page)).not_to_contain_text(text)


def test_owner_registers_a_system_and_proposes_a_version(tab_of, owner, claims):
    page = tab_of(owner)
    page.goto("/systems/")
    follow(page, "Register a system")
    register(page, "Hail damage estimator", "Claims")
    told(page, "Hail damage estimator is registered as AIS-")
    follow(page, "Add a version")
    main(page).get_by_label("Version", exact=True).fill("1.0.0")
    main(page).get_by_label("Model provider").fill("openai")
    main(page).get_by_label("Model id").fill("gpt-4o-2024-08-06")
    press(page, "Add the version")
    told(page, "Version 1.0.0 is added. Its id is pinned")
    follow(page, "Propose it")
    main(page).get_by_label("Why this version").fill("First release; the suite passed.")
    press(page, "Propose for approval")

    told(page, "proposed by Mira Rossi")
    expect(main(page).get_by_role("button", name="Approve and sign")).to_have_count(0)
    follow(page, "Withdraw the proposal")
    press(page, "Withdraw the proposal")
    told(page, "Withdrawn")


def test_officer_answers_the_questions_and_signs_what_follows(tab_of, officer, system):
    page = tab_of(officer)
    page.goto("/classification/")
    follow(page, system.name)
    classify(page)

    expect(page.locator("#so-far")).to_have_count(0)
    follow(page, "Classify again")
    told(page, "signed exactly this")


def test_answers_show_at_once_where_they_lead(tab_of, officer, system):
    page = tab_of(officer)
    page.goto(f"/systems/{system.ref}/classify/work.functions/")
    choose(page, ["Takes part in decisions on terms"])

    expect(page.locator("#so-far")).to_contain_text("Annex III point 4(b)")
    page.reload()
    expect(page.locator("#so-far")).not_to_contain_text("Annex III")
    settled(page)


BENEFITS = {
    "What is it?": ["It runs on machines", "It works out for itself"],
    "What connects it to the Union?": ["Whoever uses it"],
    "Is it used in one of these areas?": ["Public benefits or services"],
    "What does it do for public benefits or services?": ["Evaluates who is eligible"],
    "Is it about people, not only about companies?": ["Yes"],
    "Is it used by or for a public authority?": ["Yes"],
    "What do we do with it?": ["We use it in our work"],
    "What kind of organisation are we?": ["A public authority or body"],
    "When was it first placed on the market or put into service?": ["Not yet, or it is new"],
}


def classify(page: Page) -> None:
    """Answer what makes a system that helps to grant public benefits high-risk, and sign it."""
    follow(page, "Answer the questions")
    answer_questions(page, BENEFITS)
    told(page, "Provisional: what the facts say now")
    told(page, "Why high-risk")
    told(page, "Annex III point 5(a)")
    main(page).get_by_label("Why do you sign?").fill(
        "It evaluates who is eligible: Annex III point 5(a)."
    )
    press(page, "Sign the classification")
    told(page, "It is frozen and stands in the ledger.")
    told(page, "Annex III point 5(a)")


def review(page: Page, other: Page) -> None:
    """Let somebody else put in force what waits for a review on a page."""
    expect(main(page)).to_contain_text("Waits for a review")
    other.goto(page.url)
    press(other, "Put in force")
    told(other, "Version 1 is in force.")


def test_officer_makes_the_default_and_a_system_s_matrix_and_types_a_letter(
    tab_of, officer, ops_lead, organisation, system
):
    staff(organisation, system, officer)
    page, other = tab_of(officer), tab_of(ops_lead)
    page.goto("/raci/default/")
    press(page, "Make a default for Halden Mutual")
    press(page, "Save and send for review")
    review(page, other)
    page.goto(f"/systems/{system.ref}/")
    follow(page, "Make the matrix")
    press(page, "Make the matrix")
    type_letter(page, "Production quality of the system, AO Holder", "A")
    row = main(page).locator("tr").filter(has=page.locator("#QLT-01"))
    expect(row).to_contain_text("2 As: keep one")
    expect(page.locator("#findings")).to_contain_text("1 row to fix")
    type_letter(page, "Production quality of the system, Mira Rossi", "R")
    expect(page.locator("[data-count]")).to_have_text("2 changes")
    expect(page.locator("#findings")).to_contain_text("No error")
    press(page, "Save and send for review")
    review(page, other)

    page.goto(f"/systems/{system.ref}/")
    expect(main(page).locator("#raci")).to_contain_text("AO Holder")


def test_an_update_is_let_in_by_two_others_then_suspended_and_rolled_back(
    tab_of, officer, administrator, system
):
    place = Place(system, officer, administrator)
    place.active("1.0.0")
    second = place.proposed("1.1.0", change_class="C")
    page = tab_of(place.submitter)
    page.goto(f"/updates/{second.ref}/")
    titled(page, f"{system.name} 1.0.0 → 1.1.0")
    expect(main(page).get_by_role("button", name="Approve and sign")).to_have_count(0)
    for person in (place.owner, place.people["VAL"]):
        page = tab_of(person)
        page.goto("/updates/")
        follow(page, f"{system.name} 1.1.0")
        main(page).get_by_label("Reason").fill("The runs are as good as before.")
        press(page, "Approve and sign")
    told(page, "Approved")

    page = tab_of(place.people["OC"])
    page.goto(f"/updates/{second.ref}/")
    follow(page, "Activate")
    press(page, "Activate")
    told(page, "is active")
    page = tab_of(place.owner)
    page.goto(f"/updates/{second.ref}/")
    for step, said in (("Suspend", "It stands still"), ("Roll back", "Rolled back")):
        follow(page, step)
        main(page).get_by_label("Why?").fill("Two customers were promised money.")
        press(page, step)
        told(page, said)
    page.goto(f"/systems/{system.ref}/updates/")
    told(page, "1.0.0 is active in production.")


def test_officer_asks_for_a_pack_and_downloads_it(tab_of, officer, system):
    page = tab_of(officer)
    page.goto(f"/systems/{system.ref}/")
    follow(page, "Build evidence pack")
    press(page, "Check")
    told(page, "card and gaps of each")
    press(page, "Build the pack")
    told(page, "0 of 1 system printed")
    pack = EvidencePack.objects.get()
    build_pack(pack.pk)

    told(page, "What was sealed")  # the page looks again by itself
    assert downloaded(page) in main(page).inner_text()


def test_auditor_signs_in_checks_the_ledger_and_takes_a_pack_away(tab_of, officer, auditor, system):
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    build_pack(pack.pk)
    page = tab_of()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(auditor.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    titled(page, "Today")
    from_menu(page, "Evidence packs")
    follow(page, system.name)
    assert downloaded(page) in main(page).inner_text()
    from_menu(page, "Ledger")
    told(page, "Otto Auditor")
    follow(page, "Check it now")
    press(page, "Check now")

    told(page, "The record holds.")


EDITS = re.compile(r"/(new|edit|retire|share|propose|waive|make|save)/")


def test_auditor_finds_nothing_to_change_anywhere(tab_of, officer, owner, auditor, system):
    review = propose(system, owner)
    pack = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    root = BusinessUnit.objects.get(parent__isnull=True)
    default = raci.make_default_matrix(root, actor=officer)
    sequence_all()
    about = f"/systems/{system.ref}/"
    page = tab_of(auditor, refused=(403, 404))
    for path in [
        *("/", "/systems/", about, f"{about}classify/", f"{about}raci/", f"{about}updates/"),
        *("/classification/", "/raci/", "/raci/default/", f"/raci/{default.pk}/", "/updates/"),
        *(f"/updates/{review.ref}/", "/vendors/", "/agreements/", "/imports/", "/packs/"),
        *(f"/packs/{pack.ref}/", "/ledger/", "/ledger/1/"),
    ]:
        assert page.goto(path).ok, path
        assert page.locator(SUBMITTING).count() == 0, path
        links = main(page).get_by_role("link").evaluate_all("all => all.map((one) => one.pathname)")
        assert [link for link in links if EDITS.search(link)] == [], path
    for path in [
        *("/systems/new/", f"{about}edit/", f"{about}versions/new/", f"{about}classify/uses/"),
        *("/vendors/new/", "/imports/new/", "/packs/new/", "/settings/people/"),
    ]:
        assert page.goto(path).status in (403, 404), path


def test_a_system_is_registered_classified_and_signed_without_script(tab_of, officer, organisation):
    page = tab_of(officer, java_script_enabled=False)
    page.goto("/systems/new/")
    register(page, "Benefit eligibility check", organisation.name)
    told(page, "Benefit eligibility check is registered as AIS-")
    follow(page, "Classify")
    classify(page)

    assert AISystem.objects.get().assessments.count() == 1
