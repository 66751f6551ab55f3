"""Writing entries and signing documents: who may, what is refused, what is left in the record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from governance.classification.actions import answer_facts
from governance.classification.queries import usual_answers
from governance.common.canonical import digest
from governance.common.errors import DomainError, StaleError
from governance.documents.actions import IncompleteError, remove_entry, sign_document, write_entry
from governance.documents.models import DocumentEntry, SignedDocument
from governance.documents.queries import draft_of, on_system, on_systems, sheet
from governance.documents.rules import Kind, Place
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.ledger.models import Entry
from governance.obligations.actions import follow, show_evidence
from governance.obligations.models import Duty
from inventory.systems.actions import change_system
from tests.classification.conftest import sign as classify
from tests.documents.conftest import sign
from tests.documents.samples import HIRING, PROVIDER
from tests.factories import make_system

ADDRESS = Place(Kind.ANNEX_VIII_B, "1.address")


def value(system, place):
    """Return what the draft says for an item."""
    return next(i for i in draft_of(system, place.kind).items if i.key == place.item).value


def test_what_is_written_stands_in_the_document_and_in_the_record(exempt, owner):
    write_entry(exempt, ADDRESS, text=" Storgatan 1 ", actor=owner)

    assert value(exempt, ADDRESS) == "Storgatan 1"
    entry = Entry.objects.get(action="document.entry_written")
    assert b"Storgatan" not in bytes(entry.body)


def test_writing_again_replaces_and_an_old_reading_is_refused(exempt, owner):
    first = write_entry(exempt, ADDRESS, text="Storgatan 1", actor=owner)
    write_entry(exempt, ADDRESS, text="Storgatan 2", actor=owner, seen=first.row_version)

    with pytest.raises(StaleError):
        write_entry(exempt, ADDRESS, text="Storgatan 3", actor=owner, seen=1)
    with pytest.raises(StaleError):
        write_entry(exempt, ADDRESS, text="Storgatan 3", actor=owner, seen=0)
    assert value(exempt, ADDRESS) == "Storgatan 2"


def test_what_was_taken_back_is_missing_again(exempt, owner):
    entry = write_entry(exempt, ADDRESS, text="Storgatan 1", actor=owner)
    with pytest.raises(StaleError):
        remove_entry(entry, actor=owner, seen=7)
    remove_entry(entry, actor=owner)

    assert value(exempt, ADDRESS) is None
    assert Entry.objects.filter(action="document.entry_removed").count() == 1
    with pytest.raises(StaleError, match="took this text back"):
        write_entry(exempt, ADDRESS, text="Storgatan 2", actor=owner, seen=1)


@pytest.mark.parametrize(
    ("place", "text", "words"),
    [
        (Place(Kind.ANNEX_VIII_B, "99"), "x", "no such item"),
        (Place(Kind.ANNEX_V, "8.date"), "x", "comes with the signature"),
        (ADDRESS, "  ", "Write something"),
        (ADDRESS, "x" * 10_001, "at most 10,000"),
    ],
)
def test_what_cannot_be_written_is_refused(exempt, owner, place, text, words):
    with pytest.raises(DomainError, match=words):
        write_entry(exempt, place, text=text, actor=owner)


def test_only_who_may_change_the_system_writes(exempt, auditor):
    with pytest.raises(PermissionDenied):
        write_entry(exempt, ADDRESS, text="Storgatan 1", actor=auditor)


def test_evidence_stands_behind_a_text_until_it_is_withdrawn(exempt, owner, officer, claims):
    other = make_system(actor=officer, unit=claims)
    link = {"title": "Letter", "link": "https://halden.example/letter", "actor": officer}
    theirs, ours = add_evidence(other, **link), add_evidence(exempt, **link)
    with pytest.raises(DomainError, match="another system"):
        write_entry(exempt, ADDRESS, text="Storgatan 1", actor=owner, evidence=theirs)
    write_entry(exempt, ADDRESS, text="Storgatan 1", actor=owner, evidence=ours)
    withdraw_evidence(ours, reason="Old.", actor=officer)

    item = next(i for i in draft_of(exempt, Kind.ANNEX_VIII_B).items if i.key == "1.address")
    assert item.source.endswith(f"see {ours.ref} (withdrawn)")
    with pytest.raises(DomainError, match="counts no more"):
        write_entry(exempt, ADDRESS, text="Storgatan 2", actor=owner, evidence=ours)


def test_a_signed_document_keeps_what_it_said(record, exempt, officer):
    change_system(exempt, actor=officer, intended_purpose="Sorts.")

    assert record.ref == f"{exempt.ref} D1"
    assert record.digest == digest(record.content)
    assert "Ranks incoming claims" in str(record.content)
    assert sheet(exempt, Kind.NOT_HIGH_RISK).stale == (
        "Intended purpose: was “Ranks incoming claims by urgency.”, now “Sorts.”.",
    )


def test_a_signature_is_in_the_record(record):
    entry = Entry.objects.get(action="document.signed")

    assert record.digest.encode() in bytes(entry.body)


def test_a_second_signature_supersedes_the_first(record, exempt, officer):
    change_system(exempt, actor=officer, intended_purpose="Sorts.")
    second = sign(exempt, Kind.NOT_HIGH_RISK, officer)
    record.refresh_from_db()

    assert (second.number, record.superseded_at) == (2, second.signed_at)
    assert sheet(exempt, Kind.NOT_HIGH_RISK).state == "signed"


def test_changed_facts_and_lost_grounds_make_a_signed_document_stale(record, exempt, officer):
    answer_facts(exempt, facts={"filter.narrow_procedural": False}, actor=officer)
    told = sheet(exempt, Kind.NOT_HIGH_RISK)

    assert told.stale == ("Facts changed since the classification was signed.",)
    assert told.hindrances == told.stale
    classify(exempt, officer)
    assert sheet(exempt, Kind.NOT_HIGH_RISK).stale[0].startswith("It does not apply any more")


@pytest.mark.parametrize("change", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_database_keeps_a_signed_document(record, change):
    with (
        pytest.raises(IntegrityError, match="frozen"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format("documents_signeddocument"))


def test_nobody_signs_what_lacks_items_or_does_not_apply(exempt, officer):
    with pytest.raises(IncompleteError, match="items are missing"):
        sign(exempt, Kind.ANNEX_VIII_B, officer)
    with pytest.raises(IncompleteError, match="does not apply"):
        sign(exempt, Kind.FRIA, officer)
    assert not SignedDocument.objects.exists()


def test_nobody_signs_before_the_classification_is_signed(system, officer):
    answer_facts(system, facts=usual_answers(system) | HIRING | PROVIDER, actor=officer, seen=0)

    with pytest.raises(IncompleteError, match="Nobody has signed the classification"):
        sign(system, Kind.ANNEX_V, officer)


def test_a_document_that_changed_since_it_was_read_is_not_signed(exempt, officer):
    with pytest.raises(StaleError, match="something else by now"):
        sign_document(
            exempt, kind=Kind.NOT_HIGH_RISK, reason="Read.", actor=officer, digest="0" * 64
        )
    with pytest.raises(DomainError, match="Say why"):
        sign(exempt, Kind.NOT_HIGH_RISK, officer, reason=" ")


def test_only_who_may_classify_signs(exempt, owner, stranger):
    for person in (owner, stranger):
        with pytest.raises(PermissionDenied):
            sign(exempt, Kind.NOT_HIGH_RISK, person)


def test_a_whole_declaration_can_be_signed_and_is_the_copy_that_annex_iv_asks_for(system, officer):
    answer_facts(system, facts=usual_answers(system) | HIRING | PROVIDER, actor=officer, seen=0)
    classify(system, officer)
    for item in draft_of(system, Kind.ANNEX_V).missing:
        write_entry(system, Place(Kind.ANNEX_V, item.key), text="As agreed.", actor=officer)
    signed = sign(system, Kind.ANNEX_V, officer)
    place = Place(Kind.ANNEX_IV, "8")

    assert signed.ref in value(system, place)
    assert sheet(system, Kind.ANNEX_V).stale == ()
    assert any(
        item["key"] == "8.signature" and item["values"][0]["text"] == officer.name
        for section in signed.content["sections"]
        for item in section["items"]
    )


def test_evidence_behind_a_duty_stands_in_the_point_that_names_its_article(system, officer):
    answer_facts(system, facts=usual_answers(system) | HIRING | PROVIDER, actor=officer, seen=0)
    follow(classify(system, officer), actor=officer)
    link = {"title": "Risk file", "link": "https://halden.example/risks", "actor": officer}
    item, place = add_evidence(system, **link), Place(Kind.ANNEX_IV, "5")
    show_evidence(Duty.objects.get(system=system, obligation="art9"), item=item, actor=officer)

    assert value(system, place) == f"{item.ref} Risk file"
    withdraw_evidence(item, reason="Old.", actor=officer)
    assert value(system, place) is None
    assert value(system, Place(Kind.ANNEX_IV, "9")) is None


def test_a_system_tells_how_many_documents_apply_and_what_they_lack(exempt):
    told = on_system(exempt)

    assert [found.kind for found in told.owed] == [Kind.NOT_HIGH_RISK, Kind.ANNEX_VIII_B]
    assert told.apply == 2
    assert told.missing == len(draft_of(exempt, Kind.ANNEX_VIII_B).missing)


def test_many_systems_take_no_more_queries_than_one(exempt, officer, claims):
    others = [make_system(actor=officer, unit=claims, name=f"System {at}") for at in range(5)]
    with CaptureQueriesContext(connection) as few:
        on_systems([exempt])
    with CaptureQueriesContext(connection) as many:
        on_systems([exempt, *others])

    assert len(many) <= len(few)


def test_strangers_see_neither_entries_nor_signed_documents(record, exempt, owner, stranger):
    write_entry(exempt, ADDRESS, text="Storgatan 1", actor=owner)

    assert not DocumentEntry.objects.visible_to(stranger).exists()
    assert not SignedDocument.objects.visible_to(stranger).exists()
    assert SignedDocument.objects.visible_to(owner).count() == 1
