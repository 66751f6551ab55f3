"""A pack is checked in the browser itself: same verdicts as the program's, and nothing is sent."""

import base64
import random
from collections import Counter

import pytest
from playwright.sync_api import Page, expect

from governance.audit_packs.verifier.verify_pack import verify
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.broken import BROKEN, signed, tricks
from tests.audit_packs.verifier.mutants import mutants_of
from tests.audit_packs.verifier.sample import LOG, Recipe, Signer
from tests.audit_packs.verifier.test_forgeries import ENVELOPES, LIES, SIGNED_FORGERIES

OLD = Signer(3)

# Runs in the page: takes packs as base64, and answers with the code of each.
CHECK_ALL = """async ([address, packs, keys, previous]) => {
  const { verify } = await import(address);
  const raw = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const past = previous && raw(previous), codes = [];
  for (const pack of packs) codes.push((await verify(raw(pack), keys, past)).code);
  return codes;
}"""
# Runs in the page: compares our hashes and signatures with the browser's, returns what differs.
COMPARE = """async (address) => {
  const { sha256, sha512, isSigned } = await import(address);
  const { subtle } = crypto, wrong = [];
  const random = (size) => crypto.getRandomValues(new Uint8Array(size));
  const same = (a, b) => a.every((byte, at) => byte === new Uint8Array(b)[at]);
  for (const size of [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000, 65000]) {
    const raw = random(size);
    if (!same(sha256(raw), await subtle.digest("SHA-256", raw))) wrong.push("SHA-256 of " + size);
    if (!same(sha512(raw), await subtle.digest("SHA-512", raw))) wrong.push("SHA-512 of " + size);
  }
  const pair = await subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const key = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  for (let n = 0; n < 10; n++) {
    const message = random(n * 10), other = new Uint8Array(64);
    other.set(new Uint8Array(await subtle.sign({ name: "Ed25519" }, pair.privateKey, message)));
    for (const byBrowser of [true, false]) {
      if (!(await isSigned(key, message, other, byBrowser))) wrong.push("a good one refused");
      other[n] ^= 1;
      if (await isSigned(key, message, other, byBrowser)) wrong.push("a bad one accepted");
      other[n] ^= 1;
    }
  }
  return wrong;
}"""


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def codes(page: Page, packs: list[bytes], keys: list[str], previous: bytes | None = None):
    given = [page.locator("[data-check]").get_attribute("data-verifier"), [*map(b64, packs)], keys]
    return page.evaluate(CHECK_ALL, [*given, previous and b64(previous)])


def choose(page: Page, name: str, raw: bytes, key: str = LOG.vkey) -> None:
    file = {"name": name, "mimeType": "application/zip", "buffer": raw}
    page.get_by_label("Choose a pack").set_input_files(file)
    page.get_by_label("Public key of their ledger").fill(key)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_role("heading", name="The answer", exact=True)).to_be_visible()


def test_an_auditor_checks_a_pack_and_nothing_leaves_the_browser(check_page):
    sent = []
    check_page.on("request", lambda request: sent.append(request.url))
    choose(check_page, "EP-001.zip", sample.make(Recipe(emergencies=1)).zip)

    answer = check_page.get_by_role("region", name="The answer", exact=True)
    expect(answer).to_contain_text("Good.")
    expect(answer).to_contain_text("Ledger entries here byte for byte: 12")
    expect(answer).to_contain_text("BREAK-GLASS was used (1)")
    expect(answer).to_contain_text("That Muster wrote down everything that happened")
    assert sent == []


@pytest.mark.parametrize(
    ("pack", "key", "words"),
    [
        (sample.make().zip, OLD.vkey, "Signer unknown."),
        (sample.make().zip, "", "Signer unknown."),
        (sample.make().zip[:-1], LOG.vkey, "Unreadable or unsafe."),
        (sample.make().zip.replace(b"%PDF", b"%PDG"), LOG.vkey, "Altered."),
        (b"%PDF-1.7 old", LOG.vkey, "A PDF alone."),
    ],
    ids=["another key", "no key", "cut off", "altered", "pdf"],
)
def test_each_answer_is_said_in_words(check_page, pack, key, words):
    choose(check_page, "EP-001.zip", pack, key)

    flag = check_page.locator("[data-verdict]:visible")
    expect(flag).to_have_count(1)
    expect(flag).to_contain_text(words)


def test_the_browser_gives_the_programs_verdict_on_altered_packs(check_page):
    packs = [sample.make(), sample.make(Recipe(older=(OLD,), previous=None, others=(30, 45)))]
    packs.append(sample.make(Recipe(older=(OLD,), lost=(OLD,), previous=None)))
    keys = [LOG.vkey, OLD.vkey]
    altered = [mutant.zip for mutant in mutants_of(packs, 400, seed=7)]
    everything = [packs[0].zip, packs[1].zip, *altered]

    expected = [verify(pack, keys).code for pack in everything]
    assert codes(check_page, everything, keys) == expected
    assert Counter(expected)[0] == 2


def forged() -> list[bytes]:
    made = []
    for alter in ENVELOPES.values():
        files = dict(sample.make().files)
        alter(files)
        sample.tags(files)
        made.append(sample.zipped(files))
    for lie in LIES.values():
        pack = sample.make(Recipe(emergencies=1))
        files, predicate = dict(pack.files), sample.said_in(pack.files)["predicate"]
        lie(predicate)
        sample.sealed(files, predicate, LOG)
        made.append(sample.zipped(files))
    return made + [sample.make(change=alter).zip for alter in SIGNED_FORGERIES.values()]


def cut_and_mixed() -> list[bytes]:
    raw, chance = sample.make().zip, random.Random(3)  # noqa: S311
    cuts = [chance.randrange(len(raw)) for _ in range(40)]
    order = sorted(sample.make().files, reverse=True)
    mixed = sample.zipped(sample.make().files, order=order)
    return [
        *[raw[:cut] for cut in cuts],
        *[raw[cut:] for cut in cuts if cut],
        mixed,
        raw + raw,
        b"",
    ]


def broken_on_purpose() -> list[bytes]:
    return [make() for make, _ in BROKEN.values()]


@pytest.mark.parametrize("make", [forged, cut_and_mixed, broken_on_purpose, tricks])
def test_the_browser_gives_the_programs_verdict_on_forged_packs(check_page, make):
    packs = make()

    expected = [verify(pack, [LOG.vkey]).code for pack in packs]
    assert codes(check_page, packs, [LOG.vkey]) == expected
    assert 0 not in expected


def test_the_browser_gives_the_programs_verdict_on_an_older_pack_of_ones_own(check_page):
    now = sample.make(Recipe(others=(30, 45))).zip
    for size in (23, 30, 45, 46, 61):
        older = sample.make(Recipe(size=size, first=3, last=20, previous=None)).zip
        for pack, previous in ((now, older), (older, now)):
            expected = verify(pack, [LOG.vkey], previous).code
            assert codes(check_page, [pack], [LOG.vkey], previous) == [expected]


def test_hashes_and_signatures_are_right_without_the_browsers_help(check_page):
    """On a page without https there is no WebCrypto: ours must give what it gives."""
    address = check_page.locator("[data-check]").get_attribute("data-verifier")

    assert check_page.evaluate(COMPARE, address) == []


def test_the_browser_says_too_that_a_key_was_lost(check_page):
    choose(check_page, "EP-001.zip", sample.make(Recipe(older=(OLD,), lost=(OLD,))).zip)

    expect(check_page.locator("main")).to_contain_text("without the old key's signature at 7")


def test_without_script_the_page_says_how_to_check_and_hands_out_the_program(tab_of, auditor):
    page = tab_of(auditor, java_script_enabled=False)
    page.goto("/packs/check/")

    expect(page.get_by_text("checks with JavaScript, and yours is off")).to_be_visible()
    with page.expect_download() as handed:
        page.get_by_role("link", name="verify_pack.py").click()
    assert b"Check an evidence pack of Muster offline" in handed.value.path().read_bytes()


def test_the_page_as_one_file_checks_without_any_server(check_page, tab_of, tmp_path):
    with check_page.expect_download() as handed:
        check_page.get_by_role("link", name="This page, offline").click()
    file = tmp_path / "check-packs.html"
    file.write_bytes(handed.value.path().read_bytes())
    alone = tab_of()
    alone.goto(file.as_uri())
    flag = alone.locator("[data-verdict]:visible")
    for raw, key, words in (
        (sample.make().zip, LOG.vkey, "Good."),
        (sample.make().zip.replace(b"%PDF", b"%PDG"), LOG.vkey, "Altered."),
        (signed(lambda data: data.update(period=None)), LOG.vkey, "Unreadable or unsafe."),
        (sample.make().zip, OLD.vkey, "Signer unknown."),
    ):
        choose(alone, "EP-001.zip", raw, key)
        expect(flag).to_contain_text(words)


def test_an_answer_goes_when_something_else_is_asked(check_page):
    answer = check_page.get_by_role("region", name="The answer", exact=True)
    choose(check_page, "EP-001.zip", sample.make().zip)
    expect(answer).to_contain_text("EP-001.zip")

    other = {"name": "EP-002.zip", "mimeType": "application/zip", "buffer": b"PK"}
    check_page.get_by_label("Choose a pack").set_input_files(other)
    expect(answer).to_be_hidden()
    choose(check_page, "EP-001.zip", sample.make().zip)
    check_page.get_by_label("Public key of their ledger").fill(OLD.vkey)
    expect(answer).to_be_hidden()


def test_an_answer_to_what_is_asked_no_more_is_not_shown(check_page):
    choose(check_page, "EP-001.zip", sample.make().zip)
    check_page.evaluate("""() => {
      const form = document.querySelector("[data-check]");
      form.requestSubmit();
      form.elements.key.dispatchEvent(new Event("input", { bubbles: true }));
    }""")

    expect(check_page.get_by_role("button", name="Check", exact=True)).to_be_enabled()
    expect(check_page.get_by_role("region", name="The answer", exact=True)).to_be_hidden()
    expect(check_page.locator("#status")).to_have_text("")
