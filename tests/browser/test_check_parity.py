"""The page and the program say the same of a thousand packs that somebody altered."""

import base64
from collections import Counter

from playwright.sync_api import Page

from governance.audit_packs.verifier.verify_pack import verify
from tests.audit_packs.verifier.hostile import Hostile, hostile

AT_ONCE = 100  # packs that are handed to the page together
# Runs in the page: takes packs as base64, each with keys and an older pack; answers with codes.
CHECK_ALL = """async ([address, packs]) => {
  const { verify } = await import(address);
  const raw = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0)), codes = [];
  for (const [pack, keys, past] of packs) {
    codes.push((await verify(raw(pack), keys, past === null ? null : raw(past))).code);
  }
  return codes;
}"""


def b64(raw: bytes | None) -> str | None:
    return None if raw is None else base64.b64encode(raw).decode()


def codes(page: Page, packs: list[Hostile]) -> list[int]:
    """Return the page's answers, all from one load of it."""
    address = page.locator("[data-check]").get_attribute("data-verifier")
    found: list[int] = []
    for at in range(0, len(packs), AT_ONCE):
        given = [
            [b64(one.zip), list(one.keys), b64(one.previous)] for one in packs[at : at + AT_ONCE]
        ]
        found += page.evaluate(CHECK_ALL, [address, given])
    return found


def test_the_browser_gives_the_programs_verdict_on_a_thousand_hostile_packs(check_page):
    packs = hostile()
    programs = [verify(one.zip, one.keys, one.previous).code for one in packs]
    pages = codes(check_page, packs)

    assert [
        f"{one.what}: the program says {program}, the page {page}"
        for one, program, page in zip(packs, programs, pages, strict=True)
        if program != page
    ] == []
    found = Counter(programs)
    assert found.total() > 1_000
    assert min(found[code] for code in (1, 2)) > 200
