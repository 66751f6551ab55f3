"""Asking for packs, and who sees them."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from governance.audit_packs.actions import Period, Sealed, fail, note_download, request_pack, seal
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus, ScopeKind
from governance.common.errors import DomainError, TransitionError
from governance.ledger.models import Entry
from governance.ledger.queries import body
from governance.ledger.rules import CLOCK
from tests.factories import make_system

HEAD = {
    "ledger": {"size": 7, "root": "cd" * 32, "entries": 5},
    "previous": None,
    "break_glass": False,
    "software": {"version": "0.1.0"},
}
FILE = Sealed(
    file="packs/EP-001.zip",
    sha256="ab" * 32,
    size_bytes=9,
    pdf_sha256="ef" * 32,
    pdf_bytes=4,
    pages=1,
    sealed_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    head=HEAD,
)


def test_a_request_freezes_its_systems_and_is_recorded(pack, system):
    entry = Entry.objects.get(action="pack.requested")

    assert [row.system for row in pack.rows.all()] == [system]
    assert body(entry)["data"]["systems"] == 1
    assert pack.unit == system.unit
    assert pack.ref.startswith("EP-")


def test_a_selection_belongs_to_the_lowest_unit_that_holds_it(system, lending, officer):
    other = make_system(actor=officer, unit=lending)

    pack = request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=[system, other])
    assert pack.unit == lending.parent
    assert pack.unit_ids == sorted([system.unit_id, lending.pk])


def test_an_owner_a_stranger_and_an_auditor_may_not_ask(system, owner, stranger, auditor):
    for person in (owner, stranger, auditor):
        with pytest.raises(PermissionDenied):
            request_pack(actor=person, kind=ScopeKind.SYSTEM, systems=[system])
    assert not EvidencePack.objects.exists()


def test_a_pack_of_nothing_and_a_period_that_ends_first_are_refused(system, officer):
    with pytest.raises(DomainError, match="at least one"):
        request_pack(actor=officer, kind=ScopeKind.PORTFOLIO, systems=[])
    with pytest.raises(DomainError, match="ends before"):
        request_pack(
            actor=officer,
            kind=ScopeKind.SYSTEM,
            systems=[system],
            period=Period(date(2026, 3, 1), date(2026, 2, 1)),
        )


def test_people_of_the_unit_see_the_pack_and_a_stranger_does_not(pack, officer, owner, auditor):
    for person in (officer, owner, auditor):
        assert EvidencePack.objects.visible_to(person).get() == pack


def test_whoever_misses_one_system_of_a_pack_does_not_see_it(system, lending, officer, stranger):
    other = make_system(actor=officer, unit=lending)
    request_pack(actor=officer, kind=ScopeKind.SELECTION, systems=[system, other])
    theirs = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[other])

    assert list(EvidencePack.objects.visible_to(stranger)) == [theirs]


def test_only_one_of_two_workers_gets_the_pack(pack):
    first = EvidencePack.objects.claim(pack.pk, "one")

    assert first is not None
    assert EvidencePack.objects.claim(pack.pk, "two") is None


def test_a_worker_that_lost_its_lease_cannot_seal(pack):
    EvidencePack.objects.claim(pack.pk, "one")

    with pytest.raises(TransitionError, match="not this worker's"):
        seal(pack, worker="two", sealed=FILE)
    assert not Entry.objects.filter(action="pack.sealed").exists()


def test_sealing_puts_digest_and_tree_into_the_ledger(pack):
    EvidencePack.objects.claim(pack.pk, "one")

    seal(pack, worker="one", sealed=FILE)
    data = body(Entry.objects.get(action="pack.sealed"))["data"]
    assert data["sha256"] == FILE.sha256
    assert data["ledger"] == {"size": 7, "root": "cd" * 32}
    assert data["pdf"] == {"sha256": FILE.pdf_sha256, "bytes": 4}
    assert data["pack"] == pack.ref
    assert Entry.objects.get(action="pack.sealed").actor_ref == CLOCK.handle
    assert pack.status == PackStatus.SEALED


def test_a_failed_pack_says_why_and_cannot_be_sealed(pack, officer):
    EvidencePack.objects.claim(pack.pk, "one")
    fail(pack, reason="The worker stopped three times.")

    assert pack.error == "The worker stopped three times."
    assert Entry.objects.get(action="pack.failed").actor_ref == CLOCK.handle
    assert Entry.objects.get(action="pack.requested").actor_ref == officer.handle
    with pytest.raises(TransitionError):
        seal(pack, worker="one", sealed=FILE)


def test_a_download_is_recorded_and_needs_a_sealed_pack(pack, auditor):
    with pytest.raises(DomainError, match="not sealed"):
        note_download(pack, actor=auditor)
    EvidencePack.objects.claim(pack.pk, "one")
    seal(pack, worker="one", sealed=FILE)
    note_download(pack, actor=auditor)

    assert Entry.objects.filter(action="pack.downloaded", actor_ref=auditor.handle).count() == 1
