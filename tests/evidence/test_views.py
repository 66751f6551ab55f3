"""The page of a system's evidence, its files, a withdrawal."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from governance.evidence.actions import add_evidence
from governance.evidence.models import EvidenceItem
from tests.evidence.conftest import CONTENT


def test_an_empty_list_teaches(as_user, owner, system):
    page = as_user(owner).get(f"/systems/{system.ref}/evidence/")

    assert page.status_code == 200
    assert b"No evidence yet" in page.content


def test_a_file_is_added_from_the_page_and_served_as_an_attachment(as_user, owner, system):
    client = as_user(owner)
    sent = {"title": "Log", "upload": SimpleUploadedFile("log.html", b"<script>")}
    assert client.post(f"/systems/{system.ref}/evidence/", sent).status_code == 302

    item = EvidenceItem.objects.get()
    served = client.get(f"/evidence/{item.ref}/file/")
    assert served["Content-Disposition"] == 'attachment; filename="log.html"'
    assert served["Content-Type"] == "application/octet-stream"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert b"".join(served.streaming_content) == b"<script>"


def test_a_form_without_file_and_link_keeps_what_was_typed(as_user, owner, system):
    page = as_user(owner).post(f"/systems/{system.ref}/evidence/", {"title": "Bias test"})

    assert page.status_code == 422
    assert b"either a file or a link" in page.content
    assert b'value="Bias test"' in page.content


def test_strangers_find_neither_list_nor_file(as_user, stranger, item):
    client = as_user(stranger)

    for path in (f"/systems/{item.system.ref}/evidence/", f"/evidence/{item.ref}/file/"):
        assert client.get(path).status_code == 404
    assert client.get(f"/evidence/{item.ref}/withdraw/").status_code == 404


def test_an_auditor_reads_and_changes_nothing(as_user, auditor, item):
    client = as_user(auditor)
    path = f"/systems/{item.system.ref}/evidence/"
    page = client.get(path)

    assert b"Bias test" in page.content
    assert b"multipart" not in page.content
    assert client.post(path, {"title": "x", "link": "https://x.example"}).status_code == 403
    assert client.get(f"/evidence/{item.ref}/withdraw/").status_code == 403
    served = client.get(f"/evidence/{item.ref}/file/")
    assert b"".join(served.streaming_content) == CONTENT


def test_a_withdrawal_asks_why_and_shows_it(as_user, owner, item):
    client = as_user(owner)
    path = f"/evidence/{item.ref}/withdraw/"

    assert client.post(path, {"reason": ""}).status_code == 422
    assert client.post(path, {"reason": "Wrong quarter."}).status_code == 302
    assert b"Wrong quarter." in client.get(f"/systems/{item.system.ref}/evidence/").content


def test_an_altered_file_is_a_refusal_in_words(as_user, owner, item):
    Path(item.file.storage.path(item.file.name)).write_bytes(CONTENT[::-1])

    assert as_user(owner).get(f"/evidence/{item.ref}/file/").status_code == 409


def test_the_list_asks_the_database_the_same_for_one_and_for_twenty(
    as_user, owner, item, django_assert_max_num_queries
):
    client = as_user(owner)
    path = f"/systems/{item.system.ref}/evidence/"
    client.get(path)
    with django_assert_max_num_queries(20) as one:
        client.get(path)
    for at in range(19):
        add_evidence(item.system, actor=owner, title=f"{at}", link=f"https://x.example/{at}")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(path)
