"""What was recorded about a thing, with today's names."""

from django.utils import timezone

from governance.accounts.access import people_behind
from governance.accounts.models import User
from governance.ledger.actions import record, sequence_all
from governance.ledger.erasing import erase
from governance.ledger.models import Personal
from governance.ledger.queries import timeline
from governance.ledger.rules import CLOCK
from inventory.systems.actions import change_system


def test_the_timeline_tells_newest_first_who_did_what(system, officer):
    change_system(system, actor=officer, name="Claims triage")
    sequence_all()
    newest, oldest = timeline(("aisystem", system.pk), people=people_behind)

    assert (newest.name, newest.initials) == ("Ines Halvorsen", "IH")
    assert newest.sentence == f"changed {system.ref}: name"
    assert newest.changes[0].was == "Claims triage scorer"
    assert newest.url == f"/ledger/{newest.number}/"
    assert oldest.sentence == f"registered Claims triage scorer as {system.ref}"


def test_an_entry_that_waits_has_neither_number_nor_address(system):
    (row,) = timeline(("aisystem", system.pk), people=people_behind)

    assert (row.number, row.url) == (None, "")


def test_names_are_those_of_today(system, officer):
    User.objects.filter(pk=officer.pk).update(name="Ines Berg")

    assert timeline(("aisystem", system.pk), people=people_behind)[0].name == "Ines Berg"


def test_an_erased_value_reads_as_erased(system, owner, stranger, officer, administrator):
    change_system(system, actor=officer, owner=None)
    sequence_all()
    erase(Personal.objects.all(), subject=system, actor=administrator, data={"ground": "asked"})

    (change,) = timeline(("aisystem", system.pk), people=people_behind)[1].changes
    assert change.was == f"(erased on {timezone.now():%-d %B %Y})"


def test_the_timeline_takes_three_queries_whatever_its_length(
    system, officer, django_assert_num_queries
):
    for number in range(15):
        change_system(system, actor=officer, name=f"Scorer {number}")

    with django_assert_num_queries(3):
        assert len(timeline(("aisystem", system.pk), ("user", 1), people=people_behind)) == 16


def test_the_timeline_stops_at_its_limit(system, officer):
    change_system(system, actor=officer, name="New")

    assert len(timeline(("aisystem", system.pk), people=people_behind, limit=1)) == 1


def test_a_thing_nobody_recorded_has_an_empty_timeline(db):
    assert timeline(("aisystem", 0), people=people_behind) == []


def test_what_the_clock_did_is_told_as_done_by_muster(system):
    record("system.changed", subject=system, actor=CLOCK)

    assert timeline(("aisystem", system.pk), people=people_behind)[0].name == "Muster"
