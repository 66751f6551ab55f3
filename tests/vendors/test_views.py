"""Pages of vendors and agreements."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.vendors import actions
from inventory.vendors.models import Agreement, Vendor

PDF = b"%PDF-1.7\n" + b"x" * 500


@pytest.mark.parametrize("path", ["/vendors/", "/agreements/"])
def test_empty_lists_teach(as_user, officer, path):
    page = as_user(officer).get(path)

    assert page.status_code == 200
    assert b"yet" in page.content


def test_a_reader_is_offered_no_way_to_add(as_user, auditor, agreement):
    client = as_user(auditor)
    for path in ("/vendors/", "/agreements/", agreement.get_absolute_url()):
        assert b"btn-primary" not in client.get(path).content
    assert client.get("/vendors/new/").status_code == 403
    assert client.get("/agreements/new/").status_code == 403


def test_a_vendor_is_added_from_the_page(as_user, officer):
    answer = as_user(officer).post("/vendors/new/", {"name": "Kelda AI", "kind": "vendor"})

    assert answer.status_code == 302
    assert Vendor.objects.get().name == "Kelda AI"


def test_a_refused_name_keeps_what_was_typed(as_user, officer, vendor):
    data = {"name": "Kelda AI", "kind": "cloud", "website": "https://kelda.example"}
    page = as_user(officer).post("/vendors/new/", data)

    assert page.status_code == 422
    assert b"already" in page.content
    assert b"https://kelda.example" in page.content


def test_a_conflict_shows_both_values_and_the_second_save_goes_through(as_user, officer, vendor):
    client = as_user(officer)
    path = f"/vendors/{vendor.ref}/edit/"
    typed = {"name": "Kelda", "kind": "vendor", "country": "IE", "row_version": vendor.row_version}
    actions.change_vendor(vendor, actor=officer, name="Kelda AI Ltd")

    page = client.post(path, typed)
    assert page.status_code == 409
    assert b"Kelda AI Ltd" in page.content
    assert b'value="Kelda"' in page.content
    again = typed | {"row_version": page.context["form"]["row_version"].value()}
    assert client.post(path, again).status_code == 302
    vendor.refresh_from_db()
    assert vendor.name == "Kelda"


def test_agreements_are_filtered_and_unknown_values_are_told(as_user, officer, agreement):
    client = as_user(officer)

    assert agreement.ref.encode() in client.get("/agreements/?state=expiring").content
    assert agreement.ref.encode() not in client.get("/agreements/?state=draft").content
    page = client.get("/agreements/?state=nonsense")
    assert b"nonsense" in page.content
    assert agreement.ref.encode() in page.content


def test_foreign_agreements_are_not_there(as_user, stranger, agreement):
    client = as_user(stranger)
    for part in ("", "edit/", "sign/", "end/", "attach/", "document/"):
        assert client.get(f"{agreement.get_absolute_url()}{part}").status_code == 404


def test_a_document_is_attached_and_served_as_an_attachment(as_user, officer, agreement):
    client = as_user(officer)
    path = agreement.get_absolute_url()
    upload = SimpleUploadedFile("terms.pdf", PDF)
    assert client.post(f"{path}attach/", {"document": upload}).status_code == 302

    served = client.get(f"{path}document/")
    assert served["Content-Disposition"].startswith("attachment")
    assert served["Content-Type"] == "application/pdf"
    assert b"".join(served.streaming_content) == PDF


def test_a_wrong_document_is_told_at_the_form(as_user, officer, agreement):
    upload = SimpleUploadedFile("terms.pdf", b"<html>")
    page = as_user(officer).post(f"{agreement.get_absolute_url()}attach/", {"document": upload})

    assert page.status_code == 422
    assert b"does not contain" in page.content


def test_an_altered_document_is_refused(as_user, officer, agreement):
    actions.attach_document(agreement, actor=officer, upload=SimpleUploadedFile("a.pdf", PDF))
    Agreement.objects.filter(pk=agreement.pk).update(document_sha256="0" * 64)

    page = as_user(officer).get(f"{agreement.get_absolute_url()}document/")
    assert page.status_code == 409


def test_signing_and_ending_are_forms(as_user, officer, vendor, claims):
    draft = actions.add_agreement(
        actor=officer, kind="NDA", title="NDA", vendor=vendor, unit=claims, our_party="Us"
    )
    client = as_user(officer)
    path = draft.get_absolute_url()

    assert client.post(f"{path}sign/", {"signed_on": "2026-11-01"}).status_code == 302
    assert client.post(f"{path}end/", {"on": "2026-11-02"}).status_code == 422
    done = client.post(f"{path}end/", {"on": "2026-11-02", "reason": "Replaced."})
    assert done.status_code == 302
    assert client.post(f"{path}end/", {"on": "2026-11-02", "reason": "x"}).status_code == 422
    assert b"has ended" in client.post(f"{path}end/", {"on": "2026-11-02", "reason": "x"}).content


@pytest.mark.parametrize("path", ["/vendors/", "/agreements/"])
def test_lists_ask_the_database_the_same_for_one_and_for_twenty(
    as_user, officer, agreement, claims, path, django_assert_max_num_queries
):
    client = as_user(officer)
    for at in range(20):
        vendor = actions.add_vendor(actor=officer, name=f"Vendor {at}")
        actions.add_agreement(
            actor=officer, kind="NDA", title="N", vendor=vendor, unit=claims, our_party="Us"
        )

    with django_assert_max_num_queries(12):
        client.get(path)
