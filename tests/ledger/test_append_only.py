"""What the database refuses, to its owner and superuser too, in normal use."""

import hashlib

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from governance.ledger.actions import Personal, record, sequence_all
from governance.ledger.models import Entry, LeafSequence, Pending
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.verification import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(write) -> Entry:
    """A sequenced entry with a personal value."""
    made = write()
    sequence_all()
    return made


REFUSED = [
    "UPDATE ledger_entry SET action = 'x'",
    "UPDATE ledger_entry SET body = body",
    "DELETE FROM ledger_entry",
    "TRUNCATE ledger_entry",
    "TRUNCATE ledger_entry CASCADE",
    "UPDATE ledger_leafsequence SET leaf = ''",
    "DELETE FROM ledger_leafsequence",
    "TRUNCATE ledger_leafsequence",
    "UPDATE ledger_personal SET value = '\"x\"'",
    "TRUNCATE ledger_personal",
    "TRUNCATE ledger_erased",
    "INSERT INTO ledger_entry SELECT * FROM ledger_entry "
    "ON CONFLICT (id) DO UPDATE SET action = 'x'",
    "INSERT INTO ledger_leafsequence SELECT * FROM ledger_leafsequence "
    "ON CONFLICT (seq) DO UPDATE SET leaf = ''",
    "MERGE INTO ledger_entry e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM ledger_entry RETURNING id) SELECT count(*) FROM gone",
]


@pytest.mark.parametrize("replica", [False, True], ids=["plain", "replica role"])
@pytest.mark.parametrize("sql", REFUSED)
def test_changing_the_record_is_refused(entry, sql, replica):
    role = "replica" if replica else "origin"
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(sql)
    assert verify().fault is None


def test_the_one_who_is_refused_here_is_a_superuser_and_the_owner(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, tableowner = current_user FROM pg_roles, pg_tables "
            "WHERE rolname = current_user AND tablename = 'ledger_entry'"
        )

        assert cursor.fetchone() == (True, True)


def test_the_orm_is_refused_as_well(entry):
    for attempt in (
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.update(action="x"),
        lambda: LeafSequence.objects.all().delete(),
        lambda: PersonalValue.objects.update(value="x"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()


def test_entries_wait_for_their_number_under_the_replica_role_too(write):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        made = write()

    assert Pending.objects.filter(entry_id=made.pk).exists()


def test_a_leaf_that_is_not_the_hash_of_its_body_is_refused(entry):
    copy = Entry.objects.get(pk=entry.pk)
    copy.pk = None
    copy.leaf = hashlib.sha256(bytes(copy.body)).digest()

    with pytest.raises(IntegrityError, match="entry_leaf_holds"), transaction.atomic():
        copy.save(force_insert=True)


def test_a_number_below_zero_is_refused(entry):
    with pytest.raises(IntegrityError, match="leaf_from_zero"), transaction.atomic():
        LeafSequence.objects.create(seq=-1, entry_id=1, leaf=b"")


def test_a_personal_value_does_not_go_without_an_entry_that_names_it(entry):
    with pytest.raises(IntegrityError, match="names it"), transaction.atomic():
        PersonalValue.objects.filter(entry_id=entry.pk).delete()


def test_a_personal_value_cannot_be_given_twice(entry):
    with pytest.raises(DatabaseError, match="personal_once"), transaction.atomic():
        PersonalValue.objects.create(entry_id=entry.pk, path="/name", salt=b"", value="x")


def test_recording_outside_a_transaction_is_refused(transactional_db, organisation, administrator):
    with pytest.raises(RuntimeError, match="transaction"):
        record("unit.renamed", subject=organisation, actor=administrator)


def test_a_personal_value_stands_beside_the_record_and_not_in_it(write):
    made = write(owner=Personal("Ines Halvorsen"))

    assert b"Halvorsen" not in bytes(made.body)
    assert PersonalValue.objects.get(entry_id=made.pk).value == "Ines Halvorsen"
