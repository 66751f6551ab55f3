"""The pages of packs."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.audit_packs.actions import request_pack
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus, ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.ledger.models import Entry


def test_whoever_may_not_ask_reads_the_list_without_a_builder(as_user, auditor, pack):
    client = as_user(auditor)

    assert client.get("/packs/new/").status_code == 403
    page = client.get("/packs/").content.decode()
    assert pack.ref in page
    assert "/packs/new/" not in page


def test_a_foreign_pack_is_not_there_nor_its_file(as_user, stranger, sealed_pack):
    client = as_user(stranger)

    assert client.get(f"/packs/{sealed_pack.ref}/").status_code == 404
    assert client.get(f"/packs/{sealed_pack.ref}/download/").status_code == 404
    assert sealed_pack.ref not in client.get("/packs/").content.decode()


def test_the_page_follows_a_pack_that_is_being_built(as_user, officer, pack):
    EvidencePack.objects.claim(pack.pk, "one")
    client = as_user(officer)
    page = client.get(f"/packs/{pack.ref}/").content.decode()
    part = client.get(f"/packs/{pack.ref}/", headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 1s"' in page
    assert "0 of 1 system printed" in page
    assert part.lstrip().startswith('<div class="stack" id="pack"')


def test_a_sealed_pack_shows_how_to_check_it(as_user, auditor, sealed_pack):
    page = as_user(auditor).get(f"/packs/{sealed_pack.ref}/").content.decode()

    assert sealed_pack.sha256 in page
    assert sealed_pack.ledger_root in page
    assert f"manage.py verify_pack {sealed_pack.ref}.zip" in page
    assert "every 1s" not in page


def test_a_sealed_pack_says_what_it_was_asked_for_and_what_it_leaves_out(
    as_user, auditor, officer, system
):
    scope = {"for": "audit", "sections": ["timeline"]}
    asked = {"kind": ScopeKind.SYSTEM, "systems": [system], "scope": scope}
    pack = request_pack(actor=officer, purpose="Audit: ISO 42001 stage 2", **asked)
    build_pack(pack.pk)
    page = as_user(auditor).get(f"/packs/{pack.ref}/").content.decode()

    assert "Audit: ISO 42001 stage 2" in page
    assert f"named: {system.ref}" in page
    assert "Agreements; Versions, evaluations and approvals" in page
    assert "Timeline with ledger numbers" not in page


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({"unit": 1, "name": "Claims"}, "every one of Claims and the units below it"),
        ({"list": "tier=high"}, "those that the list of systems showed at ?tier=high"),
    ],
)
def test_how_the_systems_of_a_pack_were_chosen_is_told_in_words(
    as_user, auditor, sealed_pack, scope, words
):
    EvidencePack.objects.update(scope=scope)

    assert words in as_user(auditor).get(f"/packs/{sealed_pack.ref}/").content.decode()


def test_a_download_is_an_attachment_and_an_entry(as_user, auditor, sealed_pack, file):
    answer = as_user(auditor).get(f"/packs/{sealed_pack.ref}/download/")

    assert b"".join(answer.streaming_content) == file.read_bytes()
    assert answer["Content-Disposition"] == f'attachment; filename="{sealed_pack.ref}.zip"'
    assert answer["Content-Type"] == "application/zip"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(action="pack.downloaded", actor_ref=auditor.handle).count() == 1
    assert "Otto Auditor" in as_user(auditor).get(f"/packs/{sealed_pack.ref}/").content.decode()


def test_the_pdf_alone_comes_out_of_the_zip_and_is_an_entry_too(as_user, auditor, sealed_pack):
    answer = as_user(auditor).get(f"/packs/{sealed_pack.ref}/pdf/")
    body = b"".join(answer.streaming_content)

    assert body.startswith(b"%PDF-1.7")
    assert hashlib.sha256(body).hexdigest() == sealed_pack.pdf_sha256
    assert answer["Content-Length"] == str(len(body)) == str(sealed_pack.pdf_bytes)
    assert answer["Content-Disposition"] == f'attachment; filename="{sealed_pack.ref}.pdf"'
    assert Entry.objects.filter(action="pack.downloaded", actor_ref=auditor.handle).count() == 1


def test_a_pack_of_the_first_ones_is_a_pdf_and_stays_one(as_user, auditor, old_pack):
    for address in ("download", "pdf"):
        answer = as_user(auditor).get(f"/packs/{old_pack.ref}/{address}/")

        assert answer["Content-Type"] == "application/pdf"
        assert b"".join(answer.streaming_content) == b"%PDF-1.7 old"
    assert f"{old_pack.ref}.pdf" in as_user(auditor).get(f"/packs/{old_pack.ref}/").content.decode()


def test_a_file_that_was_changed_on_disk_is_not_handed_out(as_user, auditor, sealed_pack, file):
    file.write_bytes(file.read_bytes() + b" ")
    answer = as_user(auditor).get(f"/packs/{sealed_pack.ref}/download/")

    assert answer.status_code == 409
    assert "not the one that was sealed" in answer.content.decode()
    assert not Entry.objects.filter(action="pack.downloaded").exists()


def test_a_failed_pack_says_why(as_user, officer, pack):
    EvidencePack.objects.update(status=PackStatus.FAILED, error="The disk is full.")

    assert "The disk is full." in as_user(officer).get(f"/packs/{pack.ref}/").content.decode()


def test_the_list_takes_as_many_queries_for_one_as_for_many(as_user, officer, system, pack):
    client = as_user(officer)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/packs/").status_code == 200
        return len(seen)

    one = queries()
    for _ in range(5):
        request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    assert queries() == one
