"""Keeping vendors and agreements."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.utils import timezone

from governance.common.errors import DomainError, StaleError
from governance.ledger.models import Entry
from governance.ledger.queries import data_with_personal
from inventory.vendors import actions
from inventory.vendors.models import Agreement, Vendor
from inventory.vendors.queries import AlteredError, agreements_of, read_document, vendors_of
from tests.factories import refusal_of_the_later

PDF = b"%PDF-1.7\n" + b"x" * 5000


def test_a_vendor_gets_a_short_id_and_one_entry(vendor):
    assert vendor.ref.startswith("VEN-")
    assert Entry.objects.filter(action="vendor.registered", object_ref=vendor.ref).count() == 1


def test_names_of_vendors_are_unique_whatever_their_case(vendor, officer):
    with pytest.raises(DomainError, match="already"):
        actions.add_vendor(actor=officer, name="KELDA AI")


@pytest.mark.django_db(transaction=True)
def test_a_name_that_is_just_being_taken_is_refused_in_words(officer):
    refusal = refusal_of_the_later(lambda: actions.add_vendor(actor=officer, name="Kelda AI"))

    assert isinstance(refusal, DomainError)
    assert Vendor.objects.count() == 1


def test_renaming_to_a_name_that_exists_is_refused_in_words(vendor, officer):
    other = actions.add_vendor(actor=officer, name="Northfield")

    with pytest.raises(DomainError, match="already"):
        actions.change_vendor(other, actor=officer, name="KELDA ai")


def test_a_stale_change_of_a_vendor_is_refused(vendor, officer):
    seen = vendor.row_version
    actions.change_vendor(vendor, actor=officer, seen=seen, country="DE")

    with pytest.raises(StaleError):
        actions.change_vendor(vendor, actor=officer, seen=seen, country="FR")


def test_whoever_only_reads_keeps_no_vendors(vendor, auditor):
    with pytest.raises(PermissionDenied):
        actions.add_vendor(actor=auditor, name="Other")
    with pytest.raises(PermissionDenied):
        actions.change_vendor(vendor, actor=auditor, name="Other")


def test_the_database_refuses_a_country_that_is_no_code(vendor):
    with pytest.raises(IntegrityError, match="vendor_country_iso"):
        Vendor.objects.filter(pk=vendor.pk).update(country="d")


def test_agreements_are_kept_by_those_who_may_in_the_unit(agreement, owner, claims):
    with pytest.raises(PermissionDenied):
        actions.change_agreement(agreement, actor=owner, title="Mine")


def test_days_out_of_order_are_refused_in_words(agreement, officer):
    with pytest.raises(DomainError, match="before the first"):
        actions.change_agreement(agreement, actor=officer, expires_on=date(2000, 1, 1))


def test_a_draft_is_signed_once(vendor, claims, officer):
    draft = actions.add_agreement(
        actor=officer, kind="NDA", title="NDA", vendor=vendor, unit=claims, our_party="Us"
    )
    today = timezone.localdate()
    actions.sign(draft, actor=officer, signed_on=today)
    assert (draft.effective_from, draft.state()) == (today, "in_force")

    with pytest.raises(DomainError, match="was signed"):
        actions.sign(draft, actor=officer, signed_on=today)


def test_an_ended_agreement_is_kept_as_it_was(agreement, officer):
    actions.end(agreement, actor=officer, on=timezone.localdate(), reason="Vendor left the market.")
    assert agreement.state() == "ended"

    for act in (
        lambda: actions.change_agreement(agreement, actor=officer, title="Other"),
        lambda: actions.end(agreement, actor=officer, on=date(2027, 1, 1), reason="Again"),
    ):
        with pytest.raises(DomainError, match="has ended"):
            act()


def test_a_document_is_hashed_kept_and_recorded(agreement, officer):
    upload = SimpleUploadedFile("../../etc/dpa.pdf", PDF)
    digest = actions.attach_document(agreement, actor=officer, upload=upload)

    entry = Entry.objects.get(action="agreement.attached")
    assert data_with_personal(entry)["sha256"] == digest == agreement.document_sha256
    assert agreement.document.name.startswith(f"agreements/{agreement.ref}/")
    with read_document(agreement) as stored:
        assert stored.read() == PDF


def test_an_altered_or_lost_document_is_not_handed_out(agreement, officer):
    actions.attach_document(agreement, actor=officer, upload=SimpleUploadedFile("a.pdf", PDF))
    with agreement.document.storage.open(agreement.document.name, "wb") as stored:
        stored.write(PDF + b"!")
    with pytest.raises(AlteredError):
        read_document(agreement)

    agreement.document.storage.delete(agreement.document.name)
    with pytest.raises(AlteredError):
        read_document(agreement)


def test_agreements_are_read_in_their_unit_below_and_not_beside(
    agreement, owner, stranger, officer, organisation, vendor
):
    assert not Agreement.objects.visible_to(stranger).exists()
    shared = actions.add_agreement(
        actor=officer, kind="MSA", title="All", vendor=vendor, unit=organisation, our_party="Us"
    )

    assert set(Agreement.objects.visible_to(owner)) == {agreement, shared}
    assert list(Agreement.objects.visible_to(stranger)) == [shared]


@pytest.mark.parametrize("past", [0, 1])
@pytest.mark.parametrize("days", [-400, -91, -30, -1, 0, 1, 60, 89, 90, 91, 129, 130, 131, 800])
@pytest.mark.parametrize("notice", [0, 100])
def test_the_list_derives_the_same_states_as_the_rule(agreement, officer, days, notice, past):
    today = timezone.localdate()
    start = today + timedelta(days=min(days, -1) if past else days)
    Agreement.objects.filter(pk=agreement.pk).update(
        notice_days=notice,
        effective_from=start - timedelta(days=300),
        expires_on=today + timedelta(days=days),
        ended_on=start if past and days < -100 else None,
    )
    row = agreements_of(officer).get()

    assert row.derived == row.state()


def test_those_that_run_out_stand_first(agreement, vendor, claims, officer):
    today = timezone.localdate()
    for title, last in (("Far", 900), ("Gone", -5), ("Soon", 20)):
        actions.add_agreement(
            actor=officer,
            kind="DPA",
            title=title,
            vendor=vendor,
            unit=claims,
            our_party="Us",
            signed_on=today - timedelta(days=500),
            effective_from=today - timedelta(days=500),
            expires_on=today + timedelta(days=last),
        )

    assert [row.title for row in agreements_of(officer)] == [
        "Soon",
        "Data processing terms",
        "Gone",
        "Far",
    ]


def test_a_notice_of_centuries_is_refused_before_it_breaks_a_list(agreement, officer):
    with pytest.raises(DomainError, match="at most 3,650 days"):
        actions.change_agreement(agreement, actor=officer, notice_days=2_147_483_640)


def test_a_vendor_counts_only_the_agreements_that_the_person_reads(agreement, officer, stranger):
    assert vendors_of(officer).get().agreement_count == 1
    assert vendors_of(stranger).get().agreement_count == 0
