"""The frame around every page: sign-in, search dialog, menu, theme; with and without script."""

from playwright.sync_api import expect

from tests.conftest import PASSWORD


def sign_in(page, user, password=PASSWORD):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_person_signs_in_and_out_without_script(page_as, officer):
    page = page_as(java_script_enabled=False)
    sign_in(page, officer)
    expect(page.get_by_role("heading", name="Today", level=1)).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_wrong_password_is_said_above_the_form_and_the_address_stays(page_as, officer):
    page = page_as()
    sign_in(page, officer, "wrong")

    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("Email")).to_have_value(officer.email)


def test_slash_opens_the_search_and_escape_closes_it(page_as, officer):
    page = page_as(officer)
    page.goto("/")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog", name="Find")).to_be_visible()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Find")).to_be_hidden()


def test_search_is_a_link_without_script(page_as, officer):
    page = page_as(officer, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="Find a system").click()

    expect(page.get_by_role("heading", name="Find", level=1)).to_be_visible()


def test_menu_opens_on_a_phone_without_script(page_as, officer):
    page = page_as(officer, "phone", java_script_enabled=False)
    page.goto("/")
    page.get_by_role("button", name="Open menu").click()

    expect(page.get_by_role("link", name="Settings")).to_be_visible()


def test_theme_is_kept_on_the_next_page(page_as, officer):
    page = page_as(officer)
    page.goto("/")
    page.get_by_role("button", name="Theme").click()
    page.goto("/settings/")

    expect(page.locator("html")).to_have_attribute("data-theme", "light")
