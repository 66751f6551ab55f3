"""The page that checks a file: what it shows, what a digest tells whom, what it hands out."""

import hashlib
import re

import pytest
from django.core.management import call_command
from django.urls import reverse

from governance.audit_packs.check_views import PROGRAM
from governance.audit_packs.sharing_actions import withdraw

CHECK = reverse("audit_packs:check")


def test_the_page_names_the_program_by_its_digest(as_user, auditor):
    page = as_user(auditor).get(CHECK).content.decode()

    assert hashlib.sha256(PROGRAM.read_bytes()).hexdigest() in page
    assert "--key KEY EP-001.zip" in page


def test_the_list_of_packs_leads_to_the_page(as_user, auditor):
    assert CHECK in as_user(auditor).get(reverse("audit_packs:list")).content.decode()


def test_the_program_is_handed_out_as_it_is(as_user, auditor):
    response = as_user(auditor).get(reverse("audit_packs:check_program"))

    assert response.content == PROGRAM.read_bytes()
    assert response["Content-Disposition"] == 'attachment; filename="verify_pack.py"'


def test_the_page_for_offline_holds_all_it_needs_and_may_fetch_nothing(as_user, auditor):
    response = as_user(auditor).get(reverse("audit_packs:check_offline"))
    page = response.content.decode()

    assert "attachment" in response["Content-Disposition"]
    assert "default-src &#x27;none&#x27;" not in page
    assert "default-src 'none'; script-src 'sha256-" in page
    assert not re.search(r"""(src|href)=["']|url\(|import\(|@import""", page)
    assert "\nexport " not in page


def test_a_digest_is_told_of_a_pack_that_one_may_see(as_user, officer, sealed_pack):
    found = as_user(officer).get(CHECK, {"sha256": sealed_pack.sha256.upper()}).content.decode()

    assert f"{sealed_pack.ref}, {sealed_pack.subject}" in found


def test_a_digest_of_a_withdrawn_pack_says_so_on_page_and_command(
    as_user, officer, sealed_pack, capsys, settings
):
    withdraw(sealed_pack, reason="A system was left out.", actor=officer)
    found = as_user(officer).get(CHECK, {"sha256": sealed_pack.sha256}).content.decode()
    call_command("verify_pack", settings.STORAGE / sealed_pack.file)

    assert "A system was left out." in found
    assert "WITHDRAWN" in (said := capsys.readouterr().out)
    assert "A system was left out." in said


def test_a_digest_tells_a_stranger_nothing(as_user, stranger, sealed_pack):
    found = as_user(stranger).get(CHECK, {"sha256": sealed_pack.sha256}).content.decode()

    assert sealed_pack.ref not in found
    assert "No pack that you may see has this digest" in found


@pytest.mark.parametrize("said", ["x", "0" * 63, "<script>", "a\x01"])
def test_what_is_no_digest_is_said_to_be_none(as_user, officer, said):
    page = as_user(officer).get(CHECK, {"sha256": said}).content.decode()

    assert "A SHA-256 has 64 digits" in page
    assert "<script>" not in page.replace("<script ", "")
