"""A pack shows growth from the ledgers that its readers hold, whoever asked for it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.accounts.rules import Role
from governance.audit_packs import sharing_actions
from governance.audit_packs.actions import note_download, request_pack
from governance.audit_packs.growth import held_sizes, previous_size
from governance.audit_packs.models import EvidencePack, PackRecipient
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.sharing_actions import Outside
from governance.audit_packs.tasks import build_pack
from governance.audit_packs.verifier.verify_pack import verify
from governance.checkpoints.queries import public_key
from inventory.systems.actions import change_system
from tests.conftest import person
from tests.factories import make_system


def built(actor, system) -> EvidencePack:
    """Return a sealed pack about a system that changed just before."""
    change_system(system, actor=actor, outputs=f"Scores, {EvidencePack.objects.count()}.")
    pack = request_pack(actor=actor, kind=ScopeKind.SYSTEM, systems=[system])
    build_pack(pack.pk)
    pack.refresh_from_db()
    return pack


def give(pack: EvidencePack, to, actor) -> None:
    until = timezone.localdate() + timedelta(days=7)
    sharing_actions.share(pack, to=to, until=until, actor=actor)


@pytest.fixture
def lena(lending, administrator):
    """A second auditor."""
    return person("Lena Auditor", Role.AUDITOR, lending, administrator)


def test_two_auditors_each_find_the_growth_from_the_pack_they_hold(
    officer, ops_lead, auditor, lena, system, claims, settings
):
    """Each got another pack, asked for by another person, about another system."""
    elsewhere = make_system(actor=officer, unit=claims, name="Hail damage estimator")
    first = built(ops_lead, elsewhere)
    give(first, lena, officer)
    second = built(officer, elsewhere)
    note_download(second, actor=auditor)
    built(officer, system)
    last = built(officer, system)

    raw = (settings.STORAGE / last.file).read_bytes()
    for held in (first, second):
        older = (settings.STORAGE / held.file).read_bytes()
        report = verify(raw, [public_key()], older)
        assert report.code == 0, report.lines
        words = f"Your earlier ledger, of {held.ledger_size:,} entries, is the start of this."
        assert words in report.lines


def test_of_each_person_the_newest_ledger_counts(officer, ops_lead, auditor, system):
    old, new, unread = (built(officer, system) for _ in range(3))
    for pack in (old, new):
        note_download(pack, actor=auditor)
    next_one = request_pack(actor=ops_lead, kind=ScopeKind.SYSTEM, systems=[system])

    sizes = held_sizes(next_one, unread.ledger_size + 9)
    assert sizes == [new.ledger_size, unread.ledger_size]  # Otto's, and that of Ines who asked


def test_somebody_outside_is_known_by_the_address(officer, system):
    regulator = Outside("Ruth Regulator", "ruth@authority.example")
    first, second = built(officer, system), built(officer, system)
    give(first, regulator, officer)

    assert held_sizes(second, second.ledger_size) == [first.ledger_size]
    later = built(officer, system)
    assert held_sizes(later, later.ledger_size) == [first.ledger_size, second.ledger_size]


def test_a_pack_for_named_readers_follows_the_oldest_of_what_they_hold(
    officer, auditor, lena, system
):
    held = [built(officer, system) for _ in range(3)]
    give(held[0], lena, officer)
    give(held[1], auditor, officer)
    named = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])
    size = held[2].ledger_size + 9

    assert previous_size(named, size) == held[2].ledger_size
    for who in (lena, auditor):
        until = timezone.localdate()
        PackRecipient.objects.create(pack=named, person=who, until=until, given_by=officer)
    assert previous_size(named, size) == held[0].ledger_size


def test_what_is_later_than_the_pack_shows_no_growth(officer, system):
    first = built(officer, system)
    second = request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system])

    assert held_sizes(second, first.ledger_size - 1) == []
