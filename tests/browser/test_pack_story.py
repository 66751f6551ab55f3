"""A pack from its first gap to its last day, as an officer and an auditor from outside walk it.

No worker runs here: what a worker would do, the test does. Both tabs must stay quiet.
"""

import base64
import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Request, expect

from governance.accounts.models import User
from governance.accounts.rules import Role
from governance.audit_packs.models import EvidencePack, PackDownload, PackRecipient
from governance.audit_packs.tasks import build_pack
from governance.checkpoints.queries import public_key
from inventory.systems.models import AISystem
from tests.browser.walk import follow, from_menu, main, press, settled, titled, told
from tests.conftest import PASSWORD, person
from tests.factories import make_system

QUESTION = "Who looked at the scores in May?"
ANSWER = "Mira Rossi did, on the fourth."
REASON = "A system was left out."
# Runs in the page: lays a file into a transfer as the system's file manager does.
CARRIED = """([name, text]) => {
  const raw = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([raw], name, { type: "application/zip" }));
  return carried;
}"""


@pytest.fixture
def lena(lending, administrator) -> User:
    """An auditor of Lending for a month, who sees nothing of Claims."""
    return person("Lena Auditor", Role.AUDITOR, lending, administrator)


@pytest.fixture
def pair(officer, claims, system) -> list[AISystem]:
    """Two systems of Claims that the pack is about."""
    return [system, make_system(actor=officer, unit=claims, name="Hail damage estimator")]


def test_a_pack_is_built_given_checked_asked_about_and_taken_back(tab_of, officer, lena, pair):
    ours = tab_of(officer)
    pack = build(ours, pair)
    theirs = tab_of(refused=(404, 410))
    sign_on(theirs, lena)
    follow_menu_to_nothing(theirs, pack)
    give(ours, pack, lena)

    raw = take_away(theirs, pack)
    check(theirs, raw)
    expect_download(ours, pack, lena)
    ask(theirs, pack, pair[1])
    answer(ours)
    read_answer(theirs, pack)
    expect_same_list(ours, theirs, lena)

    withdraw(ours, pack)
    expect_withdrawn(theirs, pack, raw)
    PackRecipient.objects.update(until=timezone.localdate() - timedelta(days=1))
    expect_nothing(theirs, pack)


def test_the_last_day_of_a_pack_ends_it_for_who_was_given_it(tab_of, officer, lena, pair):
    ours, theirs = tab_of(officer), tab_of(lena, refused=(404,))
    pack = build(ours, pair)
    give(ours, pack, lena)
    theirs.goto("/packs/")
    told(theirs, pack.ref)
    PackRecipient.objects.update(until=timezone.localdate() - timedelta(days=1))

    expect_nothing(theirs, pack)
    ours.goto(f"/packs/{pack.ref}/")
    told(ours, "Lena Auditor")


# --- the officer ------------------------------------------------------------------------------


def build(page: Page, systems: list[AISystem]) -> EvidencePack:
    """Choose in the builder, read the gaps before anything is built, build, and watch."""
    page.goto("/packs/")
    follow(page, "Ask for a pack")
    form = main(page)
    form.get_by_label("Authority").check()
    form.get_by_label("For whom, or which one").fill("Market surveillance, letter of 4 May")
    form.get_by_role("textbox", name=re.compile("^Systems")).fill(
        " ".join(one.ref for one in systems)
    )
    form.get_by_label("Timelines from").fill("2026-01-01")
    form.get_by_label("Frameworks").uncheck()
    ahead = page.locator("#ahead")
    expect(ahead).to_contain_text("2 systems")
    expect(ahead).to_contain_text("Nobody has signed the classification.")
    expect(ahead).to_contain_text("Left out, and the pack says so: ")
    settled(page)
    assert not EvidencePack.objects.exists()

    press(page, "Build the pack")
    told(page, "0 of 2 systems printed")
    pack = EvidencePack.objects.get()
    EvidencePack.objects.claim(pack.pk, "worker")
    EvidencePack.objects.hold(pack.pk, "worker", 1)
    told(page, "1 of 2 systems printed")  # the page looks again by itself
    EvidencePack.objects.release(pack.pk, "worker")
    build_pack(pack.pk)
    told(page, "What was sealed")
    told(page, "Nobody has downloaded it yet.")
    pack.refresh_from_db()
    assert (pack.period_from.isoformat(), pack.scope["for"]) == ("2026-01-01", "authority")
    return pack


def give(page: Page, pack: EvidencePack, to: User) -> None:
    """Give the pack to a person for a week."""
    page.goto(f"/packs/{pack.ref}/")
    follow(page, "Give it to somebody")
    main(page).get_by_label("Person with an account").select_option(label=to.name)
    last = timezone.localdate() + timedelta(days=7)
    main(page).get_by_label("Last day").fill(last.isoformat())
    press(page, "Give it")
    told(page, "The pack is given, and it is on record.")
    told(page, to.name)


def expect_download(page: Page, pack: EvidencePack, by: User) -> None:
    """Read in the pack's page that somebody fetched it."""
    assert [one.user for one in PackDownload.objects.filter(pack=pack)] == [by]
    page.goto(f"/packs/{pack.ref}/")
    downloads = main(page).get_by_role("region", name="Downloads")
    expect(downloads).to_contain_text(f"{by.name} downloaded it")


def answer(page: Page) -> None:
    """Find the question among the requests and answer it."""
    page.goto("/")
    from_menu(page, "Requests 1 waiting")
    follow(page, QUESTION)
    main(page).get_by_role("textbox", name="Answer").fill(ANSWER)
    press(page, "Answer on the record")
    told(page, "Your answer is on record.")


def withdraw(page: Page, pack: EvidencePack) -> None:
    """Withdraw the pack with a reason."""
    page.goto(f"/packs/{pack.ref}/")
    follow(page, "Withdraw")
    main(page).get_by_role("textbox", name="Reason").fill(REASON)
    press(page, "Withdraw the pack")
    told(page, "The pack is withdrawn.")


# --- the auditor ------------------------------------------------------------------------------


def sign_on(page: Page, user: User) -> None:
    """Sign in by address and password."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    titled(page, "Today")


def follow_menu_to_nothing(page: Page, pack: EvidencePack) -> None:
    """Find that a pack of another unit is nowhere before it is given."""
    from_menu(page, "Evidence packs")
    told(page, "No pack yet")
    expect_nothing(page, pack)


def expect_nothing(page: Page, pack: EvidencePack) -> None:
    """Find the pack in no list and behind no address, of pages or of REST."""
    for path in ("/packs/", "/packs/questions/", f"/find/?q={pack.ref}"):
        page.goto(path)
        expect(main(page).locator(f"a[href*='{pack.ref}']")).to_have_count(0)
    base = f"/packs/{pack.ref}/"
    for path in (base, f"{base}download/", f"{base}pdf/", f"{base}ask/", f"/api/v1{base}"):
        assert page.request.get(path).status == 404, path
    assert page.request.get(f"/api/v1{base}file/").status == 404
    assert page.request.get("/api/v1/packs/").json()["items"] == []


def take_away(page: Page, pack: EvidencePack) -> bytes:
    """Find the pack, and only it, and return the downloaded bytes."""
    from_menu(page, "Evidence packs")
    rows = main(page).locator("tbody [scope=row]")
    expect(rows).to_have_count(1)
    follow(page, pack.subject)
    expect(main(page).get_by_role("link", name="Withdraw")).to_have_count(0)
    with page.expect_download() as handed:
        follow(page, "Download")
    assert handed.value.suggested_filename == f"{pack.ref}.zip"
    for system in pack.systems.all():  # what is in the pack is not shown beside it
        assert page.request.get(f"/systems/{system.ref}/").status == 404
    return handed.value.path().read_bytes()


def drop(page: Page, raw: bytes, key: str) -> list[Request]:
    """Drop a file on the page that checks, and return what the browser asked for from then on."""
    page.goto("/packs/check/")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_visible()
    asked: list[Request] = []

    def noted(request: Request) -> None:
        asked.append(request)

    page.on("request", noted)
    given = ["EP.zip", base64.b64encode(raw).decode()]
    carried = page.evaluate_handle(CARRIED, given)
    page.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": carried})
    expect(page.locator("[data-name]")).to_contain_text(f"{len(raw):,} bytes")
    page.get_by_label("Public key of their ledger").fill(key)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("[data-verdict]:visible")).to_be_visible()
    page.remove_listener("request", noted)
    return asked


def check(page: Page, raw: bytes) -> None:
    """Check the pack with a key from elsewhere; nothing leaves the browser."""
    asked = drop(page, raw, public_key())
    verdict = page.locator("[data-verdict]:visible")
    expect(verdict).to_contain_text("Good.")
    expect(page.locator("[data-part=not-checked]")).to_contain_text("none given")
    assert [(one.method, one.url) for one in asked] == []

    flipped = bytearray(raw)
    flipped[len(raw) // 2] ^= 1
    asked = drop(page, bytes(flipped), public_key())
    expect(verdict).to_contain_text("Altered.")
    assert [(one.method, one.url) for one in asked] == []


def ask(page: Page, pack: EvidencePack, about: AISystem) -> None:
    """Ask about a system in the pack."""
    page.goto(f"/packs/{pack.ref}/")
    follow(page, "Ask about it")
    main(page).get_by_role("textbox", name="Question").fill(QUESTION)
    main(page).get_by_label("About the system").select_option(value=about.ref)
    press(page, "Ask")
    told(page, "Your question is on record; you are told of the answer.")


def read_answer(page: Page, pack: EvidencePack) -> None:
    """Read the answer under the question, where it is told and on the pack."""
    page.goto("/notices/")
    follow(page, "answered EQ-")
    told(page, ANSWER)
    page.goto(f"/packs/{pack.ref}/")
    told(page, f"Ines Halvorsen: {ANSWER}")
    expect(main(page)).to_contain_text("Answered")


def expect_same_list(ours: Page, theirs: Page, auditor: User) -> None:
    """See as an officer the list that the auditor sees."""
    theirs.goto("/packs/")
    seen = main(theirs).locator("tbody [scope=row]").all_inner_texts()
    ours.goto("/packs/")
    follow(ours, "View as auditor")
    press(ours, f"Look as {auditor.name}")
    told(ours, f"You see this as {auditor.name} does.")
    assert main(ours).locator("tbody [scope=row]").all_inner_texts() == seen
    assert len(seen) == 1


def expect_withdrawn(page: Page, pack: EvidencePack, raw: bytes) -> None:
    """Read why the pack is withdrawn; get it no more; the copy still proves what was sealed."""
    page.goto("/packs/")
    told(page, "Withdrawn")
    follow(page, pack.subject)
    told(page, REASON)
    expect(main(page).get_by_role("link", name="Download")).to_have_count(0)
    base = f"/packs/{pack.ref}/"
    for path in (f"{base}download/", f"{base}pdf/"):
        answer = page.request.get(path)
        assert (answer.status, REASON in answer.text()) == (410, True), path
    told_by_rest = page.request.get(f"/api/v1{base}file/")
    assert (told_by_rest.status, told_by_rest.json()["code"]) == (409, "gone")
    drop(page, raw, public_key())
    expect(page.locator("[data-verdict]:visible")).to_contain_text("Good.")
    page.goto(f"/packs/check/?sha256={pack.sha256}")
    told(page, REASON)
