"""The grid of a matrix from the keyboard, on the phone, and without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from raci.matrices import actions
from raci.matrices.models import Matrix
from tests.browser.checks import check_axe
from tests.factories import put_in_force, staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def matrix(organisation, officer, ops_lead, owner, system) -> Matrix:
    """A system's draft whose roles all have holders."""
    put_in_force(actions.make_default_matrix(organisation, actor=officer), actor=officer)
    staff(organisation, actor=officer, people={"AO": ops_lead, "OC": ops_lead}, others=officer)
    return actions.make_matrix(system, actor=officer)


def field(matrix: Matrix, code: str, person) -> str:
    return f"[name=c-{code}-{matrix.parties.get(person=person).pk}]"


def test_a_matrix_is_filled_from_the_keyboard(
    tab_of: Callable[..., Page], matrix, officer, owner, ops_lead
):
    page = tab_of(officer)
    page.goto(f"/raci/{matrix.pk}/")
    focused = page.locator("select.rc:focus")
    assert page.locator("table.raci").get_attribute("role") == "grid"
    assert page.locator('select.rc[tabindex="0"]').count() == 1
    start = page.locator(field(matrix, "CHG-01", owner))
    start.focus()
    assert start.input_value() == "A"
    page.keyboard.press("Delete")
    expect(page.locator("#findings")).to_contain_text("CHG-01: Nobody is accountable.")
    page.keyboard.press("Control+z")
    expect(page.locator("#findings")).not_to_contain_text("CHG-01: Nobody is accountable.")
    assert start.input_value() == "A"
    page.keyboard.press("a")
    assert start.input_value() == "AR"
    page.keyboard.press("c")
    page.keyboard.press("ArrowDown")
    assert (focused.get_attribute("name") or "").startswith("c-CHG-02-")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    assert focused.get_attribute("name") != start.get_attribute("name")
    expect(page.locator("[data-count]")).to_contain_text("0 changes")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("a")
    expect(page.locator("[data-count]")).to_contain_text("1 change")
    check_axe(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 1 is saved.")).to_be_visible()
    assert page.locator(field(matrix, "CHG-01", owner)).input_value() == "AR"


def test_on_a_phone_a_matrix_is_a_list_that_one_can_edit(
    tab_of: Callable[..., Page], matrix, officer, owner
):
    page = tab_of(officer, size="phone")
    page.goto(f"/raci/{matrix.pk}/")
    row = page.locator("tr", has=page.locator("#CHG-01"))
    before = row.locator("select.rc:visible").count()
    row.get_by_label("Show everybody").check()
    assert row.locator("select.rc:visible").count() > before
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row.locator(field(matrix, "CHG-01", owner)).select_option("AR")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 1 is saved.")).to_be_visible()
    assert page.locator(field(matrix, "CHG-01", owner)).input_value() == "AR"


def test_without_javascript_a_cell_is_saved(tab_of: Callable[..., Page], matrix, officer, owner):
    page = tab_of(officer, java_script_enabled=False)
    page.goto(f"/raci/{matrix.pk}/")
    page.locator(field(matrix, "CHG-01", owner)).select_option("AR")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Version 1 is saved.")).to_be_visible()
    assert page.locator(field(matrix, "CHG-01", owner)).input_value() == "AR"


def test_a_letter_chosen_before_the_page_is_all_there_is_checked_too(
    tab_of: Callable[..., Page], matrix, officer, ops_lead
):
    page, held = tab_of(officer), []
    page.route("**/htmx.min*.js", lambda route: held.append(route))
    page.goto(f"/raci/{matrix.pk}/", wait_until="commit")
    early = page.locator(field(matrix, "QLT-01", ops_lead))
    was = early.input_value()
    early.select_option("" if was else "R")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.locator("[data-count]")).to_contain_text("1 change")
    expect(page.locator("#findings")).to_contain_text("With your unsaved changes")
    page.locator("[data-undo]").click()
    assert early.input_value() == was
    expect(page.locator("[data-count]")).to_contain_text("0 changes")
