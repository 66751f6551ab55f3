"""When an agreement holds, and which documents are taken."""

from datetime import date

import pytest

from governance.common.errors import DomainError
from inventory.vendors.documents import MOST_BYTES, check_size, kind_of
from inventory.vendors.rules import notice_by, state_on

IN_FORCE = {
    "signed_on": date(2026, 1, 1),
    "effective_from": date(2026, 2, 1),
    "expires_on": date(2026, 12, 31),
    "notice_days": 90,
}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2025, 12, 31), "draft"),
        (date(2026, 1, 15), "signed"),
        (date(2026, 2, 1), "in_force"),
        (date(2026, 9, 1), "in_force"),
        (date(2026, 9, 2), "expiring"),  # 120 days = notice + 30 before the last day
        (date(2026, 12, 31), "expiring"),
        (date(2027, 1, 1), "expired"),
    ],
)
def test_the_state_follows_the_days(day, state):
    assert state_on(day, **IN_FORCE) == state


def test_notice_has_its_own_last_day():
    assert notice_by(date(2026, 12, 31), 90) == date(2026, 10, 2)
    assert notice_by(None, 90) is None
    assert notice_by(date(2026, 12, 31), 0) is None


def test_an_agreement_without_end_never_runs_out_but_can_be_ended():
    endless = IN_FORCE | {"expires_on": None}

    assert state_on(date(2050, 1, 1), **endless) == "in_force"
    assert state_on(date(2050, 1, 1), **endless, ended_on=date(2050, 1, 1)) == "ended"


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("dpa.pdf", b"%PDF-1.7"),
        ("DPA.PDF", b"%PDF-1.4"),
        ("dpa.docx", b"PK\x03\x04rest"),
        ("scan.png", b"\x89PNG\r\n\x1a\n"),
        ("scan.jpeg", b"\xff\xd8\xff\xe0"),
        ("note.txt", "Überlassung".encode()),
    ],
)
def test_documents_of_the_allowed_kinds_are_taken(name, head):
    assert kind_of(name, head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("dpa.exe", b"MZ"),
        ("dpa.html", b"<html>"),
        ("dpa.svg", b"<svg>"),
        ("dpa.pdf", b"<html>"),
        ("dpa.pdf.html", b"%PDF-"),
        ("note.txt", b"a\x00b"),
        ("dpa", b"%PDF-1.7"),
    ],
)
def test_other_kinds_and_false_names_are_refused(name, head):
    with pytest.raises(DomainError):
        kind_of(name, head)


@pytest.mark.parametrize("size", [0, MOST_BYTES + 1])
def test_empty_and_huge_documents_are_refused(size):
    with pytest.raises(DomainError):
        check_size(size)
