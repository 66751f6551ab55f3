"""verify_ledger: what it finds after a superuser took the guards off."""

import hashlib
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from governance.ledger import verification
from governance.ledger.actions import Personal, sequence_all
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.queries import size_and_root
from governance.ledger.verification import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(write, as_superuser) -> list[Entry]:
    """Eight sequenced entries and more."""
    made = [write() for _ in range(8)]
    sequence_all()
    return made


@pytest.fixture
def victim(entries) -> Entry:
    """The entry that is tampered with."""
    return entries[4]


def number(entry: Entry) -> int:
    return LeafSequence.objects.get(entry_id=entry.pk).seq


def test_an_untouched_record_holds(entries):
    report = verify(dict([size_and_root()]))

    assert report.fault is None
    assert (report.size, report.root) == size_and_root()


def test_an_empty_record_holds_with_the_root_of_nothing(db):
    assert verify().root == hashlib.sha256(b"").hexdigest()


def test_a_changed_body_is_named_by_number_id_and_action(victim, as_superuser):
    as_superuser(
        "UPDATE ledger_entry SET body = overlay(body placing 'X' from 20) WHERE id = %s", victim.pk
    )

    fault = verify().fault
    assert fault
    assert (fault.number, fault.entry_id, fault.action) == (
        number(victim),
        victim.pk,
        "unit.renamed",
    )
    assert fault.what == "its body was changed."


def forge(victim, as_superuser) -> None:
    """Change a body with its leaf, in both places."""
    body = bytes(victim.body).replace(b"as it was", b"as I like")
    leaf = hashlib.sha256(b"\x00" + body).digest()
    as_superuser(
        "UPDATE ledger_entry SET body = %s, leaf = %s WHERE id = %s", body, leaf, victim.pk
    )
    as_superuser("UPDATE ledger_leafsequence SET leaf = %s WHERE entry_id = %s", leaf, victim.pk)


def test_a_changed_body_with_its_leaf_is_found_by_a_root_kept_outside(victim, as_superuser):
    size, root = size_and_root()
    forge(victim, as_superuser)

    assert verify().fault is None  # nothing inside the database can tell
    assert "differs" in str(verify({size: root}).fault)


def test_a_changed_body_with_its_leaf_is_found_by_the_root_in_a_sealed_pack(
    victim, as_superuser, write
):
    size, root = size_and_root()
    write("pack.sealed", ledger={"size": size, "root": root})
    sequence_all()
    forge(victim, as_superuser)

    assert f"The first {size} entries are not what they were" in str(verify().fault)


def test_a_leaf_changed_in_the_entry_only_is_found(victim, as_superuser):
    body = bytes(victim.body).replace(b"as it was", b"as I like")
    leaf = hashlib.sha256(b"\x00" + body).digest()
    as_superuser(
        "UPDATE ledger_entry SET body = %s, leaf = %s WHERE id = %s", body, leaf, victim.pk
    )

    fault = verify().fault
    assert fault
    assert fault.number == number(victim)


def test_a_deleted_entry_is_found(victim, as_superuser):
    as_superuser("DELETE FROM ledger_entry WHERE id = %s", victim.pk)

    fault = verify().fault
    assert fault
    assert (fault.number, fault.what) == (number(victim), "the entry is gone.")


def test_a_deleted_tail_is_found_by_a_root_kept_outside(entries, as_superuser):
    size, root = size_and_root()
    last = entries[-1]
    as_superuser("DELETE FROM ledger_leafsequence WHERE entry_id = %s", last.pk)
    as_superuser("DELETE FROM ledger_entry WHERE id = %s", last.pk)
    as_superuser("DELETE FROM ledger_personal WHERE entry_id = %s", last.pk)

    assert verify().fault is None  # nothing inside the database can tell
    assert f"has {size - 1} entries" in str(verify({size: root}).fault)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "unit.added"),
        ("actor_ref", "somebody"),
        ("unit_id", 999),
        ("at", "2020-01-01"),
        ("object_type", "vendor"),
        ("object_id", "7"),
        ("object_ref", "AIS-999"),
        ("object_version", 9),
        ("schema", "muster/entry/0"),
    ],
)
def test_a_column_that_differs_from_the_body_is_found(victim, as_superuser, column, value):
    as_superuser(
        f"UPDATE ledger_entry SET {column} = %s WHERE id = %s",  # noqa: S608
        value,
        victim.pk,
    )

    fault = verify().fault
    assert fault
    assert fault.number == number(victim)
    assert "does not say what the body says" in fault.what


def test_a_gap_in_the_numbers_is_found(victim, as_superuser):
    gap = number(victim)
    as_superuser("DELETE FROM ledger_leafsequence WHERE entry_id = %s", victim.pk)

    fault = verify().fault
    assert fault
    assert f"number {gap} is missing" in fault.what


@pytest.fixture
def small_blocks(monkeypatch) -> None:
    """Statements over three entries each, so that eight entries need several."""
    monkeypatch.setattr(verification, "BLOCK", 3)
    monkeypatch.setattr(verification, "CHUNK", 2)


def test_roots_of_every_size_hold_across_blocks(entries, small_blocks):
    size, _ = size_and_root()
    report = verify({at: size_and_root(at)[1] for at in range(size + 1)})

    assert report.fault is None
    assert report.size == size


@pytest.mark.parametrize("size", range(9))
def test_a_wrong_root_is_found_at_any_place_of_a_block(entries, small_blocks, size):
    assert f"The first {size} entries" in str(verify({size: "0" * 64}).fault)


def test_a_block_without_any_entry_is_a_gap(entries, small_blocks, as_superuser):
    as_superuser("DELETE FROM ledger_leafsequence WHERE seq >= 3 AND seq < 6")

    assert "number 3 is missing" in str(verify().fault)


def test_a_number_below_the_first_is_found(entries, as_superuser):
    as_superuser("ALTER TABLE ledger_leafsequence DROP CONSTRAINT leaf_from_zero")
    as_superuser("UPDATE ledger_leafsequence SET seq = -1 WHERE seq = 7")

    assert "number 0 is missing" in str(verify().fault)


def test_the_connection_is_of_use_after_a_fault(victim, as_superuser):
    as_superuser("UPDATE ledger_entry SET action = 'x' WHERE id = %s", victim.pk)

    assert verify().fault == verify().fault
    assert Entry.objects.filter(action="x").exists()


def test_a_changed_personal_value_is_found(victim, as_superuser):
    as_superuser(
        "UPDATE ledger_personal SET value = '\"Somebody Else\"' WHERE entry_id = %s", victim.pk
    )

    fault = verify().fault
    assert fault
    assert (fault.number, fault.entry_id) == (number(victim), victim.pk)
    assert "personal value at /name" in fault.what


def test_an_erased_personal_value_leaves_the_record_whole(victim, as_superuser):
    as_superuser("DELETE FROM ledger_personal WHERE entry_id = %s", victim.pk)

    assert verify().fault is None


def test_a_personal_value_below_a_key_with_a_slash_holds(write):
    write(**{"a/b": {"~c": [Personal("Ines"), {"d": Personal({"name": "Mira"})}]}})

    assert verify().fault is None


def test_an_entry_that_neither_has_a_number_nor_waits_is_found(write, as_superuser):
    lost = write()
    as_superuser("DELETE FROM ledger_pending WHERE entry_id = %s", lost.pk)

    fault = verify().fault
    assert fault
    assert (fault.entry_id, fault.number) == (lost.pk, None)


def test_an_entry_deleted_before_it_had_a_number_is_found(write, as_superuser):
    lost = write()
    as_superuser("DELETE FROM ledger_entry WHERE id = %s", lost.pk)

    assert verify().fault
    assert verify().fault.entry_id == lost.pk


def test_an_altered_entry_that_waits_is_found(write, as_superuser):
    waiting = write()
    as_superuser("UPDATE ledger_entry SET action = 'x' WHERE id = %s", waiting.pk)

    assert verify().fault
    assert verify().fault.entry_id == waiting.pk


def test_the_command_prints_size_and_root(entries):
    out = StringIO()
    size, root = size_and_root()
    call_command("verify_ledger", stdout=out)

    assert out.getvalue() == f"holds: {size} entries\nroot {root}\n"


def test_the_command_takes_a_root_of_an_earlier_size(entries):
    size, root = size_and_root(5)

    call_command("verify_ledger", size=size, root=root, stdout=StringIO())


def test_the_command_exits_with_1_and_names_the_entry(victim, as_superuser):
    as_superuser("UPDATE ledger_entry SET action = 'x' WHERE id = %s", victim.pk)
    err = StringIO()

    with pytest.raises(SystemExit) as stop:
        call_command("verify_ledger", stderr=err)
    assert stop.value.code == 1
    assert f"Entry #{number(victim)} (id {victim.pk}, x)" in err.getvalue()


@pytest.mark.parametrize("options", [{"size": 3}, {"root": "00"}, {"size": 3, "root": "xyz"}])
def test_the_command_refuses_half_a_root(db, options):
    with pytest.raises(CommandError):
        call_command("verify_ledger", **options)
