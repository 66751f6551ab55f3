"""Erasing personal values: named by an entry, gone from the database, every proof as it was."""

import pytest
from django.db import IntegrityError, connection, transaction

from governance.common.errors import DomainError
from governance.ledger.actions import Personal, sequence_all
from governance.ledger.erasing import erase
from governance.ledger.models import Entry, Erased, LeafSequence
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.queries import body, data_with_personal, size_and_root
from governance.ledger.sentences import words
from governance.ledger.verification import verify

pytestmark = pytest.mark.django_db
WHY = {"ground": "consent withdrawn"}
NAMED = "INSERT INTO ledger_erased (entry_id, path, erasure_id) VALUES (%s, %s, %s)"


@pytest.fixture
def entry(write) -> Entry:
    """A sequenced entry with a personal value."""
    made = write()
    sequence_all()
    return made


def values(entry: Entry):
    return PersonalValue.objects.filter(entry_id=entry.pk)


@pytest.fixture
def erased(entry, organisation, administrator) -> Entry:
    """The entry that says that the name in `entry` is gone."""
    (said,) = erase(values(entry), subject=organisation, actor=administrator, data=WHY)
    return said


def test_an_erasure_names_numbers_and_paths_and_no_value(entry, erased):
    number = LeafSequence.objects.get(entry_id=entry.pk).seq

    assert body(erased)["data"] == {**WHY, "values": 1, "erased": {str(number): ["/name"]}}
    assert b"Halvorsen" not in bytes(erased.body)
    assert not values(entry).exists()


def test_after_an_erasure_the_record_and_its_root_hold(entry, organisation, administrator):
    before = size_and_root()
    erase(values(entry), subject=organisation, actor=administrator, data=WHY)

    report = verify({before[0]: before[1]})
    assert report.fault is None
    assert size_and_root(before[0]) == before


def test_an_erased_value_reads_as_erased_with_its_day(entry, erased):
    assert words(data_with_personal(entry)["name"]) == f"(erased on {erased.at:%-d %B %Y})"


def test_a_value_of_an_entry_without_a_number_waits(write, organisation, administrator):
    made = write()

    with pytest.raises(DomainError, match="no number yet"):
        erase(values(made), subject=organisation, actor=administrator, data=WHY)
    assert values(made).exists()


def test_what_is_gone_already_is_left_out(entry, erased, organisation, administrator):
    assert erase(values(entry), subject=organisation, actor=administrator, data=WHY) == []


def test_many_values_are_named_in_as_many_entries_as_it_takes(write, organisation, administrator):
    made = write(**{f"{'field' * 80}{at}": Personal("Ines Halvorsen") for at in range(120)})
    sequence_all()

    said = erase(values(made), subject=organisation, actor=administrator, data=WHY)

    assert len(said) == 2
    assert sum(body(one)["data"]["values"] for one in said) == 120
    assert not values(made).exists()


@pytest.mark.parametrize("path", ["/note", "/name"], ids=["another path", "another entry"])
def test_raw_sql_cannot_name_a_value_by_an_entry_that_does_not(write, entry, erased, path):
    other = write()
    sequence_all()
    about = entry if path == "/note" else other

    with (
        pytest.raises(IntegrityError, match="names it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(NAMED, [about.pk, path, erased.pk])
    assert values(other).exists()


def test_raw_sql_cannot_name_a_value_by_an_entry_of_another_kind(entry):
    with (
        pytest.raises(IntegrityError, match="names it"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(NAMED, [entry.pk, "/name", entry.pk])


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM ledger_personal",
        "DELETE FROM ledger_personal WHERE path = '/name'",
        "WITH gone AS (DELETE FROM ledger_personal RETURNING id) SELECT count(*) FROM gone",
        "MERGE INTO ledger_personal p USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_raw_sql_cannot_take_a_value_away(entry, role, sql):
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        with pytest.raises(IntegrityError, match="names it"), transaction.atomic():
            cursor.execute(sql)
    assert values(entry).exists()


@pytest.mark.parametrize("sql", ["DELETE FROM ledger_erased", "UPDATE ledger_erased SET path = ''"])
def test_an_erasure_is_not_taken_back(erased, sql):
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Erased.objects.count() == 1
