"""Walking through pages as a person does: read, follow, press, type."""

import hashlib

from playwright.sync_api import Locator, Page, expect


def main(page: Page) -> Locator:
    """Return the page without its frame."""
    return page.locator("main")


def settled(page: Page) -> None:
    """Wait for what htmx asked for: leaving earlier would abort it, which htmx reports."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def press(page: Page, name: str) -> None:
    """Press a button."""
    settled(page)
    main(page).get_by_role("button", name=name).click()


def follow(page: Page, name: str) -> None:
    """Follow the first link of this name."""
    settled(page)
    main(page).get_by_role("link", name=name).first.click()


def told(page: Page, words: str) -> None:
    """Assert that the page says this."""
    expect(main(page)).to_contain_text(words)


def titled(page: Page, title: str) -> None:
    """Assert that this is the page of that title."""
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()


def choose(page: Page, labels: list[str]) -> None:
    """Choose answers of the question on the page: a button, or boxes."""
    for label in labels:
        main(page).locator("#answer").get_by_label(label).first.check()
        settled(page)


def answer_questions(page: Page, said: dict[str, list[str]]) -> list[str]:
    """Answer one question after the other until the result shows, and return the questions.

    `said` names the answers to a question by its words; any other is answered with "None of
    these" or, where there is no such box, with "No".
    """
    asked: list[str] = []
    while page.locator("#answer").count():
        question = page.get_by_role("heading", level=1).inner_text()
        assert question not in asked, f"asked again: {question}"
        asked.append(question)
        if question in said:
            choose(page, said[question])
        elif main(page).locator("#answer").get_by_label("None of these").count():
            choose(page, ["None of these"])
        else:
            choose(page, ["No"])
        press(page, "Save and continue")
        page.wait_for_load_state()
    return asked


def register(page: Page, name: str, unit: str) -> None:
    """Fill in the form of a new system and send it."""
    main(page).get_by_label("Name").fill(name)
    main(page).get_by_label("Intended purpose").fill("Estimates what a repair will cost.")
    main(page).get_by_label("Business unit").select_option(label=unit)
    press(page, "Register the system")


def type_letter(page: Page, cell: str, letter: str) -> None:
    """Choose a cell of the matrix and type a letter, as the page says."""
    main(page).get_by_role("combobox", name=cell, exact=True).focus()
    page.keyboard.press(letter)


def downloaded(page: Page) -> str:
    """Download the pack of the page and return the digest of its bytes."""
    with page.expect_download() as download:
        follow(page, "Download")
    content = download.value.path().read_bytes()
    assert content.startswith(b"PK\x03\x04")
    return hashlib.sha256(content).hexdigest()


def from_menu(page: Page, name: str) -> None:
    """Follow a link of the menu."""
    settled(page)
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
