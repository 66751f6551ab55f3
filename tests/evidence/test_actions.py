"""Adding and withdrawing evidence."""

import hashlib
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.common.errors import DomainError
from governance.evidence.actions import add_evidence, withdraw_evidence
from governance.evidence.files import AlteredError, open_file
from governance.evidence.models import EvidenceItem
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import retire
from tests.evidence.conftest import CONTENT
from tests.factories import make_system

LINK = "https://halden.example/model-card"


def file_of(content: bytes = CONTENT, name: str = "again.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_file_is_kept_with_its_digest_and_the_record_says_so(item):
    entry = Entry.objects.get(action="evidence.added")

    assert item.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert item.content_type == "text/csv; charset=utf-8"
    with open_file(item) as stored:
        assert stored.read() == CONTENT
    assert body(entry)["data"]["sha256"] == item.sha256
    assert entry.unit_id == item.system.unit_id


def test_the_same_content_is_not_kept_twice_about_one_system(item, system, officer):
    again = add_evidence(system, actor=officer, title="Same", upload=file_of())

    assert again == item
    assert Entry.objects.filter(action="evidence.added").count() == 1


def test_the_same_content_about_another_system_is_an_item_of_its_own(item, officer, claims):
    other = make_system(actor=officer, unit=claims)

    assert add_evidence(other, actor=officer, title="Same", upload=file_of()) != item


def test_a_withdrawn_file_may_come_again(item, system, owner):
    withdraw_evidence(item, actor=owner, reason="Wrong quarter.")

    assert add_evidence(system, actor=owner, title="Again", upload=file_of()) != item


def test_a_link_is_kept_without_a_digest(system, owner):
    item = add_evidence(system, actor=owner, title="Model card", link=LINK)

    assert (item.link, item.sha256, item.file.name) == (LINK, "", "")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"upload": True, "link": LINK},
        {"link": "http://halden.example"},
        {"link": "https://"},
        {"link": "javascript:alert(1)"},
        {"upload": True, "title": " "},
        {"link": LINK, "observed_from": "2026-02-02", "observed_until": "2026-02-01"},
    ],
)
def test_what_shows_nothing_is_refused(system, owner, given):
    said = {"title": "Shows", **given}
    if given.get("upload"):
        said["upload"] = file_of()
    with pytest.raises(DomainError):
        add_evidence(system, actor=owner, **said)
    assert not EvidenceItem.objects.exists()


def test_an_empty_file_is_refused(system, owner):
    with pytest.raises(DomainError, match="empty"):
        add_evidence(system, actor=owner, title="Nothing", upload=file_of(b""))


def test_who_may_not_change_the_system_adds_and_withdraws_nothing(item, system, auditor, stranger):
    for person in (auditor, stranger):
        with pytest.raises(PermissionDenied):
            add_evidence(system, actor=person, title="x", link=LINK)
        with pytest.raises(PermissionDenied):
            withdraw_evidence(item, actor=person, reason="x")


def test_a_retired_system_takes_no_more(system, officer):
    retire(system, actor=officer, on=timezone.localdate(), reason="Replaced.")
    with pytest.raises(DomainError, match="retired"):
        add_evidence(system, actor=officer, title="x", link=LINK)


def test_a_second_withdrawal_is_refused(item, owner):
    withdraw_evidence(item, actor=owner, reason="Wrong quarter.")

    with pytest.raises(DomainError, match="already"):
        withdraw_evidence(item, actor=owner, reason="Again.")
    with pytest.raises(DomainError, match="why"):
        withdraw_evidence(item, actor=owner, reason=" ")
    assert Entry.objects.filter(action="evidence.withdrawn").count() == 1


def test_an_altered_file_is_not_handed_out(item):
    Path(item.file.storage.path(item.file.name)).write_bytes(CONTENT + b"B,0.1")

    with pytest.raises(AlteredError):
        open_file(item)


@pytest.mark.parametrize(
    "change",
    [{"title": "other"}, {"sha256": "0" * 64}, {"link": LINK}, {"withdrawn_because": "x"}],
)
def test_the_database_keeps_an_item_as_it_was_added(item, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.update(**change)


def test_the_database_deletes_no_evidence_and_takes_no_withdrawal_back(item, owner):
    withdraw_evidence(item, actor=owner, reason="Wrong quarter.")

    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.all().delete()
    back = {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_because": ""}
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceItem.objects.update(**back)


def test_what_stands_is_neither_withdrawn_nor_past_its_days(item, system, owner):
    today = timezone.localdate()
    add_evidence(system, actor=owner, title="Old", link=LINK, valid_until=today.replace(year=2020))

    assert list(EvidenceItem.objects.standing(today)) == [item]
    withdraw_evidence(item, actor=owner, reason="Wrong.")
    assert not EvidenceItem.objects.standing(today).exists()
