"""The pages of documents, their files, and what people write on them."""

import codecs
import csv
import io
import json
from html import unescape

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from pypdf import PdfReader

from governance.classification.actions import answer_facts
from governance.classification.queries import usual_answers
from governance.common.canonical import digest
from governance.documents.actions import write_entry
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.printing import HEADER
from governance.documents.rules import Kind, Place
from inventory.systems.actions import change_system
from tests.documents.conftest import sign
from tests.documents.samples import HIRING, PROVIDER


def url(name, system, *args):
    """Return an address about a system."""
    return reverse(f"documents:{name}", args=[system.ref, *args])


def words(response):
    """Return the page as text."""
    return unescape(response.content.decode())


def test_the_list_says_what_applies_what_is_known_and_why(as_user, exempt, auditor):
    page = words(as_user(auditor).get(url("on_system", exempt)))

    assert "Two apply, 2 items missing" in page
    assert "Record of a not-high-risk assessment" in page
    assert "Only the provider of a high-risk system under the full Chapter III" in page
    assert "Does not apply" in page


def test_without_answers_the_list_says_what_to_do(as_user, system, auditor):
    page = words(as_user(auditor).get(url("on_system", system)))

    assert "no question of it is answered" in page
    assert "Not known yet" in page


def test_with_questions_open_the_list_does_not_say_that_none_is_answered(as_user, system, officer):
    answer_facts(system, facts={"sys.machine_based": True}, actor=officer, seen=0)
    page = words(as_user(officer).get(url("on_system", system)))

    assert "its open questions can still change all of them" in page
    assert "no question of it is answered" not in page


def test_a_document_shows_what_is_missing_first_and_where_it_is_mended(as_user, exempt, owner):
    page = words(as_user(owner).get(url("document", exempt, "annex-viii-b")))

    assert page.index("Missing") < page.index("What is known")
    assert "The registry keeps no addresses" in page
    assert url("write", exempt, "annex-viii-b", "1.address") in page
    assert "Register: intended purpose" in page
    assert "Draft, not signed" in page


def test_a_document_that_does_not_apply_is_a_preview(as_user, exempt, officer):
    page = words(as_user(officer).get(url("document", exempt, "fria")))

    assert "Does not apply: a preview." in page
    assert "Art 27(1)" in page
    assert "Sign the document" not in page


def test_the_enacted_text_has_items_of_its_own_and_marks_them(as_user, exempt, officer):
    address = url("document", exempt, "annex-viii-b")
    client = as_user(officer)

    assert "deleted by Regulation (EU) 2026/1744" not in words(client.get(address))
    assert "deleted by Regulation (EU) 2026/1744" in words(client.get(f"{address}?text=enacted"))
    assert "?text=enacted" not in words(client.get(url("document", exempt, "annex-iv")))


def test_an_unknown_document_item_or_form_is_not_found(as_user, exempt, officer):
    client = as_user(officer)

    for address in (
        url("document", exempt, "annex-x"),
        url("write", exempt, "annex-iv", "99"),
        url("write", exempt, "annex-v", "8.date"),
        url("file", exempt, "annex-iv", "csv"),
        url("file", exempt, "annex-iv", "xml"),
        url("signed", exempt, 1),
    ):
        assert client.get(address).status_code == 404, address


def test_a_person_writes_changes_and_takes_back_a_text(as_user, exempt, owner):
    client = as_user(owner)
    address = url("write", exempt, "annex-viii-b", "1.address")
    document = url("document", exempt, "annex-viii-b")

    assert client.post(address, {"text": "Storgatan 1", "seen": 0}).url == document
    page = words(client.get(document))
    assert "Storgatan 1" in page
    assert f"Written by {owner.name} on" in page
    assert client.post(address, {"text": "Storgatan 2", "seen": 0}).status_code == 409
    assert client.post(address, {"text": "", "seen": 1}).status_code == 422
    assert "Storgatan 1" in words(client.get(address))
    assert client.post(address, {"remove": "1", "seen": "1"}).url == document
    assert not DocumentEntry.objects.exists()


def test_an_auditor_reads_and_does_not_write(as_user, exempt, auditor):
    client = as_user(auditor)

    assert "/items/" not in words(client.get(url("document", exempt, "annex-viii-b")))
    assert client.get(url("write", exempt, "annex-viii-b", "1.address")).status_code == 403


def test_what_was_written_is_shown_as_text(as_user, exempt, owner):
    place = Place(Kind.ANNEX_VIII_B, "1.address")
    write_entry(exempt, place, text="<script>alert(1)</script>", actor=owner)
    response = as_user(owner).get(url("document", exempt, "annex-viii-b"))

    assert b"<script>alert(1)" not in response.content


def signature(client, system, kind):
    """Return the hidden fields of the signature on a page."""
    form = client.get(url("document", system, kind)).context["form"]
    return {name: form[name].value() for name in ("digest", "law_text")}


def test_the_page_takes_the_signature_and_shows_the_frozen_document(as_user, exempt, officer):
    client = as_user(officer)
    seen = signature(client, exempt, "not-high-risk")
    address = url("document", exempt, "not-high-risk")

    assert client.post(address, seen | {"reason": ""}).status_code == 422
    response = client.post(address, seen | {"reason": "Read and agreed."}, follow=True)
    assert response.redirect_chain[-1][0] == url("signed", exempt, 1)
    assert "Read and agreed." in words(response)
    assert SignedDocument.objects.get().digest in words(response)
    assert "signed exactly this" in words(client.get(address))


def test_a_document_signed_as_it_stands_is_no_draft_and_hands_out_the_signed_file(
    as_user, record, exempt, officer
):
    page = words(as_user(officer).get(url("document", exempt, "not-high-risk")))

    assert "Draft, not signed" not in page
    assert url("signed_file", exempt, record.number, "pdf") in page


def test_an_old_reading_is_not_signed(as_user, exempt, officer):
    client = as_user(officer)
    seen = signature(client, exempt, "not-high-risk")
    change_system(exempt, actor=officer, intended_purpose="Sorts.")
    response = client.post(
        url("document", exempt, "not-high-risk"), seen | {"reason": "Read and agreed."}
    )

    assert response.status_code == 409
    assert not SignedDocument.objects.exists()


def test_a_stale_document_says_what_changed_on_both_pages(as_user, record, exempt, officer):
    change_system(exempt, actor=officer, intended_purpose="Sorts.")
    client = as_user(officer)
    told = "Intended purpose: was “Ranks incoming claims by urgency.”, now “Sorts.”."

    assert told in words(client.get(url("document", exempt, "not-high-risk")))
    assert told in words(client.get(url("signed", exempt, record.number)))
    assert "Signed, other today" in words(client.get(url("on_system", exempt)))


def test_a_superseded_document_stays_as_it_was(as_user, record, exempt, officer):
    change_system(exempt, actor=officer, intended_purpose="Sorts.")
    sign(exempt, Kind.NOT_HIGH_RISK, officer)
    page = words(as_user(officer).get(url("signed", exempt, record.number)))

    assert "Superseded" in page
    assert "Ranks incoming claims by urgency." in page
    assert "Today it would say something else" not in page


def test_registration_data_come_as_json_with_what_is_missing(as_user, exempt, officer):
    response = as_user(officer).get(url("file", exempt, "annex-viii-b", "json"))
    told = json.loads(response.content)

    assert response["Content-Disposition"].endswith(f'"{exempt.ref}-annex-viii-b.json"')
    assert told["status"] == "draft"
    assert told["applies"]["answer"] == "yes"
    assert {item["key"] for item in told["missing"]} >= {"1.address", "1.contact"}
    assert all(item["what_to_do"] for item in told["missing"])


def table(response):
    """Return the rows of a CSV by their heads, the mark of UTF-8 left out."""
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "\uff1d1", "-1", "+1"])
def test_registration_data_as_csv_hold_no_formula(as_user, exempt, owner, text):
    write_entry(exempt, Place(Kind.ANNEX_VIII_B, "1.address"), text=text, actor=owner)
    rows = table(as_user(owner).get(url("file", exempt, "annex-viii-b", "csv")))

    assert next(row for row in rows if row["Key"] == "1.address")["Value"] == f"'{text}"
    assert next(row for row in rows if row["Key"] == "1.contact")["Lacking"]
    assert len(rows) == len({row["Key"] for row in rows}) == 14


def test_registration_data_as_csv_keep_their_heads_and_every_letter(as_user, exempt, owner):
    text = 'Malm\u00f6; "Storgatan", 1\nSweden \u2713'
    write_entry(exempt, Place(Kind.ANNEX_VIII_B, "1.address"), text=text, actor=owner)
    response = as_user(owner).get(url("file", exempt, "annex-viii-b", "csv") + "?text=enacted")
    rows = table(response)

    assert response.content.startswith(codecs.BOM_UTF8)
    assert (
        tuple(rows[0])
        == HEADER
        == (
            *("System", "Status", "Law text", "Citation", "Key", "Item", "Need", "Value", "Source"),
            "Lacking",
        )
    )
    found = next(row for row in rows if row["Key"] == "1.address")
    assert found["Value"] == text
    assert found["Citation"] == "Annex VIII Section B point 1"
    assert {(row["System"], row["Status"], row["Law text"]) for row in rows} == {
        (exempt.ref, "draft", "enacted")
    }


def test_the_json_of_a_signed_document_gives_its_digest_back(as_user, record, auditor):
    told = as_user(auditor).get(url("signed_file", record.system, 1, "json")).json()
    added = ("status", "ref", "digest", "signature")
    content = {name: value for name, value in told.items() if name not in added}

    assert digest(content) == told["digest"] == record.digest


def test_a_draft_is_printed_with_what_it_lacks(as_user, system, officer):
    answer_facts(system, facts=HIRING | PROVIDER, actor=officer, seen=0)
    text = printed(as_user(officer).get(url("file", system, "annex-iv", "pdf")).content)

    assert f"{system.ref} · Draft, not signed" in text
    assert "Missing" in text
    assert "Interaction with external hardware/software/AI" in text


def printed(content):
    """Return the text of a PDF on one line."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_a_signed_document_is_printed_as_it_was_signed(as_user, record, exempt, officer):
    change_system(exempt, actor=officer, intended_purpose="Sorts.")
    client = as_user(officer)
    text = printed(client.get(url("signed_file", exempt, record.number, "pdf")).content)
    told = json.loads(client.get(url("signed_file", exempt, record.number, "json")).content)

    assert f"Signed by {officer.name}" in text
    assert "Ranks incoming claims by urgency." in text
    assert "not signed" not in text
    assert record.digest in text.replace(" ", "")
    assert told["digest"] == record.digest
    assert told["signature"]["by"] == officer.name
    assert client.get(url("signed_file", exempt, 1, "csv")).status_code == 404


def test_a_document_loads_nothing_when_it_is_printed(as_user, exempt, owner):
    evil = '<img src="http://127.0.0.1:9/x"> 漢'
    write_entry(exempt, Place(Kind.ANNEX_VIII_B, "1.address"), text=evil, actor=owner)
    text = printed(as_user(owner).get(url("file", exempt, "annex-viii-b", "pdf")).content)

    assert "<img src=" in text
    assert "[U+6F22]" in text


def test_strangers_find_none_of_it(as_user, record, exempt, stranger):
    client = as_user(stranger)

    for address in (
        url("on_system", exempt),
        url("document", exempt, "not-high-risk"),
        url("file", exempt, "not-high-risk", "json"),
        url("write", exempt, "annex-viii-b", "1.address"),
        url("signed", exempt, 1),
        url("signed_file", exempt, 1, "pdf"),
    ):
        assert client.get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("apply", "missing", "unsettled", "told"),
    [
        (0, 0, 0, "None applies"),
        (0, 0, 3, "None applies so far; three not settled yet"),
        (1, 0, 0, "One applies, nothing missing"),
        (1, 1, 0, "One applies, 1 item missing"),
        (2, 2, 1, "Two apply, 2 items missing; one not settled yet"),
    ],
)
def test_the_summary_reads_as_a_sentence_for_any_number(apply, missing, unsettled, told):
    about = {"apply": apply, "missing": missing, "unsettled": unsettled}

    assert render_to_string("documents/_summary.html", {"about": about}).strip() == told


def test_where_nothing_applies_the_list_says_so_in_a_sentence(as_user, system, officer):
    nothing = usual_answers(system) | {"sys.machine_based": False}
    answer_facts(system, facts=nothing, actor=officer, seen=0)
    page = words(as_user(officer).get(url("on_system", system)))

    assert "None applies</span>" in page.replace("\n", "")
    assert "No apply" not in page
