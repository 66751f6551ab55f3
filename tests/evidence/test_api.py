"""Evidence over REST."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from governance.evidence.models import EvidenceItem
from tests.evidence.conftest import CONTENT

PATH = "/api/v1/evidence/"


def post(client, path, body, **headers):
    return client.post(path, body, content_type="application/json", headers=headers)


def form(system, content=CONTENT):
    return {"system": system.ref, "title": "Log", "upload": SimpleUploadedFile("a.csv", content)}


def test_a_link_is_added_and_listed(as_user, owner, system):
    client = as_user(owner)
    body = {"system": system.ref, "title": "Card", "link": "https://x.example/card"}
    made = post(client, PATH, body)

    assert made.status_code == 201
    rows = client.get(f"{PATH}?system={system.ref}").json()["items"]
    assert [row["ref"] for row in rows] == [made.json()["ref"]]


def test_a_file_is_uploaded_and_comes_back_whole(as_user, owner, system):
    client = as_user(owner)
    made = client.post(f"{PATH}upload/", form(system))

    assert made.status_code == 201, made.content
    served = client.get(f"{PATH}{made.json()['ref']}/file/")
    assert b"".join(served.streaming_content) == CONTENT
    assert served["Content-Disposition"].startswith("attachment")


def test_a_repeated_upload_with_a_key_happens_once_and_another_file_is_refused(
    as_user, owner, system
):
    client = as_user(owner)
    key = {"Idempotency-Key": "one"}
    first = client.post(f"{PATH}upload/", form(system), headers=key)
    again = client.post(f"{PATH}upload/", form(system), headers=key)
    other = client.post(f"{PATH}upload/", form(system, b"other"), headers=key)

    assert first.json()["ref"] == again.json()["ref"]
    assert again["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert EvidenceItem.objects.count() == 1


@pytest.mark.parametrize("link", ["http://x.example", "https://", "ftp://x"])
def test_a_link_that_is_not_https_is_refused(as_user, owner, system, link):
    body = {"system": system.ref, "title": "Card", "link": link}

    assert post(as_user(owner), PATH, body).status_code in (400, 409)


def test_a_stranger_finds_nothing_and_names_nothing(as_user, stranger, item):
    client = as_user(stranger)

    assert client.get(PATH).json()["items"] == []
    assert client.get(f"{PATH}{item.ref}/file/").status_code == 404
    body = {"system": item.system.ref, "title": "x", "link": "https://x.example"}
    assert post(client, PATH, body).status_code == 400


def test_a_withdrawal_is_told_with_its_reason(as_user, owner, item):
    client = as_user(owner)
    told = post(client, f"{PATH}{item.ref}/withdraw/", {"reason": "Wrong."}).json()

    assert told["withdrawn_because"] == "Wrong."
    assert post(client, f"{PATH}{item.ref}/withdraw/", {"reason": "x"}).status_code == 409


def test_a_link_has_no_file(as_user, owner, system):
    client = as_user(owner)
    body = {"system": system.ref, "title": "Card", "link": "https://x.example/card"}
    ref = post(client, PATH, body).json()["ref"]

    assert client.get(f"{PATH}{ref}/file/").status_code == 404
