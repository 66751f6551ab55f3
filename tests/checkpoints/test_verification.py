"""verify_ledger with checkpoints: what a superuser changed is found by one kept outside."""

import hashlib
from io import StringIO

import pytest
from django.core.management import call_command

from governance.checkpoints import keyfile
from governance.checkpoints.actions import checkpoint_now, rotate_key
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.verification import verify_signed
from governance.common.notes import checkpoint_text, sign_note
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.queries import size_and_root

pytestmark = pytest.mark.django_db


@pytest.fixture
def outside(write) -> dict[int, str]:
    """A checkpoint that somebody kept elsewhere; a later one stands in the database too."""
    for _ in range(6):
        write()
    made = checkpoint_now()
    write()
    checkpoint_now()
    return {made.size: made.root_hex}


def forge(as_superuser, number: int) -> None:
    """Change a body with its leaf, in both places."""
    entry = Entry.objects.get(pk=LeafSequence.objects.get(seq=number).entry_id)
    body = bytes(entry.body).replace(b"as it was", b"as I like")
    leaf = hashlib.sha256(b"\x00" + body).digest()
    assert leaf != bytes(entry.leaf)
    as_superuser("UPDATE ledger_entry SET body = %s, leaf = %s WHERE id = %s", body, leaf, entry.pk)
    as_superuser("UPDATE ledger_leafsequence SET leaf = %s WHERE seq = %s", leaf, number)


def sign_again(as_superuser, key_file) -> None:
    """Replace every checkpoint by one over what is there now, signed with the stolen key."""
    thief = keyfile.read(key_file)
    for row in Checkpoint.objects.all():
        size, root = size_and_root(min(row.size, LeafSequence.objects.count()))
        note = sign_note(checkpoint_text(thief.key.name, size, bytes.fromhex(root)), [thief])
        as_superuser("DELETE FROM checkpoints_checkpoint WHERE id = %s", row.pk)
        if not Checkpoint.objects.filter(size=size).exists():
            row.pk, row.size, row.root, row.note = None, size, bytes.fromhex(root), note
            row.save(force_insert=True)


def test_an_untouched_record_holds_with_all_its_checkpoints(outside):
    report = verify_signed(outside)

    assert report.fault is None
    assert Checkpoint.objects.count() == 2


def test_an_edited_payload_is_named(outside, as_superuser):
    victim = LeafSequence.objects.get(seq=3)
    as_superuser(
        "UPDATE ledger_entry SET body = overlay(body placing 'X' from 20) WHERE id = %s",
        victim.entry_id,
    )

    assert verify_signed(outside).fault.number == 3


def test_an_edited_payload_with_its_leaf_is_found_by_the_checkpoints_inside(outside, as_superuser):
    forge(as_superuser, 3)

    assert "a signed checkpoint differs" in str(verify_signed().fault)


def test_an_edited_payload_with_all_checkpoints_signed_again_is_found_by_one_outside(
    outside, as_superuser, key_file
):
    forge(as_superuser, 3)
    sign_again(as_superuser, key_file)

    assert verify_signed().fault is None  # nothing inside the database can tell
    assert "the root you gave differs" in str(verify_signed(outside).fault)


def test_a_deleted_end_is_found_by_the_checkpoint_inside_and_by_one_outside(
    outside, as_superuser, key_file
):
    (size,) = outside
    last = LeafSequence.objects.filter(seq__gte=size - 1).values_list("entry_id", flat=True)
    gone = list(last)
    as_superuser("DELETE FROM ledger_leafsequence WHERE entry_id = ANY(%s)", gone)
    as_superuser("DELETE FROM ledger_entry WHERE id = ANY(%s)", gone)
    assert "some are gone" in str(verify_signed().fault)

    sign_again(as_superuser, key_file)
    assert verify_signed().fault is None
    assert f"has {size - 1} entries" in str(verify_signed(outside).fault)


def test_a_replaced_checkpoint_is_found(outside, as_superuser, key_file):
    (size,) = outside
    thief = keyfile.read(key_file)
    root = hashlib.sha256(b"another").digest()
    note = sign_note(checkpoint_text(thief.key.name, size, root), [thief])
    as_superuser(
        "UPDATE checkpoints_checkpoint SET root = %s, note = %s WHERE size = %s", root, note, size
    )

    assert f"The first {size} entries are not what they were" in str(verify_signed().fault)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("note", "nonsense", "no signed note"),
        ("root", b"x" * 32, "something else than its row"),
        ("size", 1, "something else than its row"),
    ],
)
def test_a_checkpoint_whose_row_was_edited_is_found(outside, as_superuser, column, value, words):
    (size,) = outside
    as_superuser(
        f"UPDATE checkpoints_checkpoint SET {column} = %s WHERE size = %s",  # noqa: S608
        value,
        size,
    )

    assert words in str(verify_signed().fault)


def test_a_checkpoint_by_a_foreign_key_is_found(outside, as_superuser, key_file):
    (size,) = outside
    row = Checkpoint.objects.get(size=size)
    foreign = keyfile.made(keyfile.read(key_file).key.name)
    note = sign_note(checkpoint_text(foreign.key.name, size, bytes(row.root)), [foreign])
    as_superuser("UPDATE checkpoints_checkpoint SET note = %s WHERE size = %s", note, size)

    assert "No key that you trust" in str(verify_signed().fault)


def test_checkpoints_of_a_retired_key_still_hold(outside, administrator, write):
    rotate_key(actor=administrator, reason="Two years have passed.")
    write()
    checkpoint_now()

    assert verify_signed(outside).fault is None


def test_a_key_that_was_slipped_in_is_found(outside, administrator, as_superuser, key_file):
    rotate_key(actor=administrator, reason="Two years have passed.")
    foreign = keyfile.made(keyfile.read(key_file).key.name).key
    as_superuser(
        "UPDATE checkpoints_signingkey SET vkey = %s WHERE retired_at IS NULL", str(foreign)
    )

    assert "was not signed by both keys" in str(verify_signed().fault)


def test_an_edited_tile_is_found(write, as_superuser):
    for _ in range(260):
        write()
    checkpoint_now()
    as_superuser("UPDATE ledger_tile SET root = sha256('x')")

    assert "The tile 0/0 is not that of its entries" in str(verify_signed().fault)


def test_the_command_compares_the_checkpoints(outside, as_superuser):
    forge(as_superuser, 3)
    err = StringIO()

    with pytest.raises(SystemExit):
        call_command("verify_ledger", stderr=err)
    assert "a signed checkpoint differs" in err.getvalue()
