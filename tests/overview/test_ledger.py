"""The pages of the record: who reads what, found by what, checked how."""

from datetime import date

import pytest
from django.urls import reverse

from governance.accounts import actions as accounts
from governance.accounts.rules import Role
from governance.ledger.actions import sequence_all
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.rules import leaf_hash
from governance.overview import ledger
from governance.overview.ledger import EntryFilter, page, visible_entries
from inventory.systems.actions import change_system
from tests.conftest import person
from tests.factories import make_system


def number(entry: Entry) -> int:
    return LeafSequence.objects.get(entry_id=entry.pk).seq


@pytest.fixture
def registered(system) -> Entry:
    """The entry of the system's registration, with its number."""
    sequence_all()
    return Entry.objects.get(action="system.registered")


def test_a_role_in_the_organisation_shows_every_entry(registered, auditor):
    assert set(visible_entries(auditor)) == set(Entry.objects.all())


def test_a_role_in_a_unit_shows_the_entries_of_the_unit_only(registered, owner, stranger, claims):
    assert registered in visible_entries(owner)
    assert registered not in visible_entries(stranger)
    assert not visible_entries(owner).exclude(unit_id=claims.pk).exists()


def test_an_entry_of_the_whole_organisation_is_for_those_with_a_role_there(
    administrator, owner, auditor, stranger
):
    accounts.deactivate(stranger, actor=administrator)
    entry = Entry.objects.get(action="person.deactivated")
    assert entry.unit_id is None

    assert entry in visible_entries(auditor)
    assert entry not in visible_entries(owner)


def test_what_happened_to_a_system_before_it_moved_is_seen_where_it_is_now(
    registered, system, lending, officer, stranger
):
    assert registered not in visible_entries(stranger)
    change_system(system, actor=officer, unit=lending)

    assert registered in visible_entries(stranger)


def test_nobody_without_a_role_reads_anything(registered, owner, administrator):
    accounts.deactivate(owner, actor=administrator)
    owner.refresh_from_db()

    assert not visible_entries(owner).exists()


def test_the_list_says_who_did_what(registered, officer, as_user):
    answer = as_user(officer).get("/ledger/")

    assert b"registered Claims triage scorer as AIS-" in answer.content
    assert b"Ines Halvorsen" in answer.content
    assert f"#{number(registered)}".encode() in answer.content


def test_a_foreign_entry_is_not_found_and_not_counted(registered, stranger, as_user):
    client = as_user(stranger)

    for name in ("ledger_entry", "ledger_body"):
        assert client.get(reverse(f"overview:{name}", args=[number(registered)])).status_code == 404
    assert b"AIS-" not in client.get("/ledger/").content
    assert b"No entry matches" in client.get("/ledger/", {"system": registered.object_ref}).content


@pytest.mark.parametrize("gone", [999_999, 10**30])
def test_a_number_nobody_has_is_not_found(gone, officer, as_user):
    assert as_user(officer).get(f"/ledger/{gone}/").status_code == 404


def test_the_entry_shows_before_and_after_and_the_leaf(registered, system, officer, as_user):
    change_system(system, actor=officer, name="Claims triage")
    sequence_all()
    entry = Entry.objects.get(action="system.changed")
    answer = as_user(officer).get(f"/ledger/{number(entry)}/")

    for words in ("Claims triage scorer", "Claims triage", bytes(entry.leaf).hex(), "sha256sum"):
        assert words in answer.content.decode()


def test_the_downloaded_bytes_hash_to_the_leaf(registered, officer, as_user):
    answer = as_user(officer).get(f"/ledger/{number(registered)}/entry.json")

    assert leaf_hash(answer.content) == bytes(registered.leaf)
    assert answer["Content-Disposition"].startswith("attachment")


FILTERS = [
    ({"system": "{ref}"}, {"system.registered"}),
    ({"system": "AIS-0"}, set()),
    ({"person": "halvorsen"}, {"system.registered"}),
    ({"person": "nobody"}, set()),
    ({"kind": "organisation"}, {"organisation.founded"}),
    ({"since": "2999-01-01"}, set()),
    ({"until": "2000-01-01"}, set()),
    ({"until": "2999-01-01", "kind": "unit"}, {"unit.added"}),
    ({"since": "not a day"}, set()),
]


@pytest.mark.parametrize(("asked", "expected"), FILTERS)
def test_the_list_is_filtered_by_what_the_address_says(registered, officer, asked, expected):
    asked = {name: value.format(ref=registered.object_ref) for name, value in asked.items()}
    found = EntryFilter(asked).apply(visible_entries(officer))

    assert {entry.action for entry in found} == expected


def test_a_day_is_the_whole_day_in_the_time_zone_here(registered, officer):
    today = date.today().isoformat()  # noqa: DTZ011

    assert EntryFilter({"since": today, "until": today}).apply(visible_entries(officer)).exists()


def test_a_wrong_date_is_said_beside_the_list(officer, as_user):
    answer = as_user(officer).get("/ledger/", {"since": "soon"})

    assert answer.status_code == 200
    assert b"Enter a valid date" in answer.content


@pytest.mark.parametrize("asked", [{"since": "0001-01-01"}, {"until": "9999-12-31"}])
def test_a_day_at_the_end_of_time_breaks_no_page(registered, officer, as_user, asked):
    assert as_user(officer).get("/ledger/", asked).status_code == 200


def test_pages_lead_to_older_entries_and_back(officer, claims):
    for turn in range(60):
        make_system(actor=officer, unit=claims, name=f"System {turn}")
    entries = visible_entries(officer)
    first = page(entries, {"kind": ""})
    before = first.older.removeprefix("?").split("&")[-1].split("=")
    second = page(entries, dict([before]))
    after = second.newer.removeprefix("?").split("=")
    again = page(entries, dict([after]))

    assert len(first.rows) == 50
    assert first.newer == second.older == ""
    assert [row.leaf for row in again.rows] == [row.leaf for row in first.rows]
    assert len({row.leaf for row in (*first.rows, *second.rows)}) == entries.count()


@pytest.mark.parametrize("edge", ["x", "-1", "9" * 30, "0", "1"])
def test_an_odd_edge_breaks_no_page(registered, officer, as_user, edge):
    client = as_user(officer)

    assert client.get("/ledger/", {"before": edge}).status_code == 200
    assert client.get("/ledger/", {"after": edge}).status_code == 200


def test_the_list_takes_the_same_queries_for_one_entry_and_for_many(
    officer, claims, as_user, django_assert_max_num_queries
):
    client = as_user(officer)
    client.get("/ledger/")
    for turn in range(30):
        make_system(actor=officer, unit=claims, name=f"System {turn}")

    with django_assert_max_num_queries(16):
        client.get("/ledger/")


def test_a_check_from_the_page_says_what_it_found_and_is_an_entry(registered, auditor, as_user):
    client = as_user(auditor)
    answer = client.post("/ledger/verify/")

    assert b"The record holds." in answer.content
    assert Entry.objects.filter(action="ledger.checked").count() == 1
    assert b"The record holds." in client.get("/ledger/").content


def test_looking_at_the_check_checks_and_records_nothing(registered, auditor, as_user):
    before = Entry.objects.count()
    answer = as_user(auditor).get("/ledger/verify/")

    assert b"not checked from this page yet" in answer.content
    assert Entry.objects.count() == before


def test_a_record_too_long_for_a_page_is_refused_in_words(
    registered, auditor, as_user, monkeypatch
):
    monkeypatch.setattr(ledger, "MOST_ON_A_PAGE", 1)
    answer = as_user(auditor).post("/ledger/verify/")

    assert answer.status_code == 409
    assert b"manage.py verify_ledger" in answer.content


def test_a_person_without_a_role_sees_an_empty_record_that_teaches(
    registered, claims, administrator, as_user
):
    newcomer = accounts.add_person(
        email="new@halden.example", name="Nia New", unit=claims, actor=administrator
    )
    answer = as_user(newcomer).get("/ledger/")

    assert b"Nothing to read yet" in answer.content


def test_an_auditor_of_one_unit_reads_that_unit_only(registered, claims, lending, administrator):
    guest = accounts.add_person(
        email="guest@halden.example", name="Guest", unit=lending, actor=administrator
    )
    accounts.grant(
        guest, role=Role.AUDITOR, unit=lending, actor=administrator, ends_on=date(2999, 1, 1)
    )

    assert registered not in visible_entries(guest)
    assert visible_entries(guest).filter(unit_id=lending.pk).exists()


def test_somebody_without_a_role_has_nothing_checked(as_user, administrator, organisation):
    guest = person("Gus Guest", None, organisation, administrator)

    assert as_user(guest).post("/ledger/verify/").status_code == 403
    assert not Entry.objects.filter(action="ledger.checked").exists()
