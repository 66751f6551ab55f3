"""Which ledger entries go into a pack, and which of them it points to."""

from typing import Any

import pytest
from django.db import transaction

from governance.audit_packs import entries
from governance.audit_packs.actions import Period, request_pack
from governance.audit_packs.entries import bodies, interval
from governance.audit_packs.heading import previous
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.queries import Contents, contents
from governance.audit_packs.rules import ScopeKind
from governance.audit_packs.tasks import build_pack
from governance.common.errors import DomainError
from governance.evaluations.models import Suite
from governance.evaluations.rules import SuiteKind
from governance.ledger.actions import record, sequence_all
from governance.ledger.models import Entry, LeafSequence
from tests.approvals.world import Place
from tests.factories import make_system


def asked(officer, system, **over: Any) -> EvidencePack:
    """Return a pack about one system that waits."""
    return request_pack(actor=officer, kind=ScopeKind.SYSTEM, systems=[system], **over)


def noted(action: str, subject: Any, actor: Any) -> Entry:
    """Record something by hand."""
    with transaction.atomic():
        return record(action, subject=subject, actor=actor, data={"reason": "Down."}, unit=None)


def numbers(*entries: Entry) -> set[int]:
    """Return the numbers of entries."""
    sequence_all()
    places = LeafSequence.objects.filter(entry_id__in=[entry.pk for entry in entries])
    return set(places.values_list("seq", flat=True))


@pytest.fixture
def release(system, officer, administrator):
    """An update of the system that waits for voices."""
    return Place(system, officer, administrator).proposed()


@pytest.mark.parametrize(
    ("action", "kind", "is_emergency"),
    [
        ("release.refused", "refused", False),
        ("release.emergency_activate", "emergencies", True),
        ("release.retro_reject", "emergencies", True),
    ],
)
def test_refusals_and_emergencies_are_pointed_to_by_number_and_person(
    release, officer, system, action, kind, is_emergency
):
    entry = noted(action, release, officer)
    head = contents(asked(officer, system)).head
    (told,) = head["exceptions"][kind]

    assert {told["number"]} == numbers(entry)
    assert (told["actor"], told["systems"]) == ("Ines Halvorsen", [system.ref])
    assert head["break_glass"] is is_emergency
    assert head["refused_actions"] == (0 if is_emergency else 1)


def test_without_any_the_lists_are_there_and_empty(officer, system):
    head = contents(asked(officer, system)).head

    assert head["exceptions"] == {
        name: [] for name in ("refused", "overridden", "waivers", "emergencies")
    }
    assert head["break_glass"] is False


def test_what_hangs_on_a_system_is_in_though_no_timeline_tells_it(officer, system):
    suite = Suite.objects.create(
        system=system, key="bias", title="Bias", kind=SuiteKind.BIAS, criteria=[], added_by=officer
    )
    entry = noted("suite.added", suite, officer)
    said = contents(asked(officer, system))

    assert numbers(entry) <= set(said.numbers)
    assert "suite.added" not in {one["action"] for one in said.systems[0]["timeline"]}


def test_entries_of_other_systems_and_people_are_withheld_and_counted(officer, system, lending):
    other = make_system(actor=officer, unit=lending)
    theirs = Entry.objects.filter(object_type="aisystem", object_id=str(other.pk))
    said: Contents = contents(asked(officer, system))
    ledger = said.head["ledger"]

    assert not numbers(*theirs) & set(said.numbers)
    assert ledger["interval"] == ledger["size"] == ledger["to"] + 1
    assert ledger["withheld"] == ledger["interval"] - len(said.numbers)
    assert set(said.head["sample"]["numbers"]).isdisjoint(said.numbers)


def test_the_interval_of_a_period_goes_from_its_first_entry_to_its_last(officer, system):
    day = Entry.objects.earliest("pk").at.date()
    pack = asked(officer, system, period=Period(day, day))
    size = max(numbers(*Entry.objects.all())) + 1

    assert (interval(pack, size).first, interval(pack, size).last) == (0, size - 1)


def test_a_period_that_auditors_programs_do_not_draw_from_makes_no_pack(
    officer, system, monkeypatch
):
    pack = asked(officer, system)
    monkeypatch.setattr(entries, "MOST_DRAWN", 4)

    assert len(interval(pack, 4)) == 4
    with pytest.raises(DomainError, match="choose a shorter one"):
        interval(pack, 5)


def test_bodies_come_in_the_order_that_is_asked_for(officer, system):
    sequence_all()
    wanted = [3, 0, 2]

    assert [number for number, _ in bodies(wanted)] == wanted


def test_the_earlier_checkpoint_is_that_of_the_newest_pack_about_the_same(
    officer, system, lending, administrator
):
    first = asked(officer, system)
    build_pack(first.pk)
    first.refresh_from_db()
    again, elsewhere = (
        asked(officer, system),
        asked(officer, make_system(actor=officer, unit=lending)),
    )
    size = first.ledger_size + 100

    for pack in (again, elsewhere):  # by the same person
        assert previous(pack, size)["size"] == first.ledger_size
    EvidencePack.objects.filter(pk=elsewhere.pk).update(requested_by=administrator)
    elsewhere.refresh_from_db()
    assert previous(elsewhere, size) is None
    assert previous(again, first.ledger_size - 1) is None
