"""Signing the record's head: when, by whom, and what is refused."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from governance.checkpoints import keyfile
from governance.checkpoints.actions import RewrittenError, checkpoint_now, make_key, rotate_key
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.models import Checkpoint, SigningKey
from governance.checkpoints.queries import entry_proof, key_changes, keys, newest, public_key
from governance.checkpoints.signing import signer
from governance.checkpoints.tasks import sweep_checkpoints
from governance.common.notes import Key, open_checkpoint, open_note, parse_tlog_proof
from governance.ledger.actions import sequence_all
from governance.ledger.merkle import root_from_inclusion
from governance.ledger.models import Entry, LeafSequence
from governance.ledger.queries import size_and_root
from governance.ledger.rules import root

pytestmark = pytest.mark.django_db


def test_a_checkpoint_says_how_many_entries_there_are_and_the_root_over_them(write):
    write()
    made = checkpoint_now()

    said = open_checkpoint(made.note.encode(), [Key.parse(public_key())])
    leaves = [bytes(leaf) for leaf in LeafSequence.objects.values_list("leaf", flat=True)]
    assert (said.size, said.root) == (Entry.objects.count(), root(leaves))
    assert (made.size, bytes(made.root)) == (said.size, said.root)
    assert said.origin == Key.parse(public_key()).name


def test_a_second_one_is_made_only_when_something_was_recorded(write):
    first = checkpoint_now()
    sweep_checkpoints()
    assert Checkpoint.objects.count() == 1

    write()
    sweep_checkpoints()
    assert newest() != first
    assert newest().size == first.size + 1


def test_the_proof_of_every_entry_leads_to_the_signed_root(write):
    for _ in range(7):
        write()
    made = checkpoint_now()
    for leaf in LeafSequence.objects.all():
        proof = parse_tlog_proof(entry_proof(leaf.seq, made).encode())
        said = open_checkpoint(proof.note.encode(), keys())

        assert proof.index == leaf.seq
        assert root_from_inclusion(bytes(leaf.leaf), leaf.seq, said.size, proof.path) == said.root


def test_the_first_key_is_made_for_its_owner_only_and_recorded(write, key_file):
    checkpoint_now()

    assert key_file.stat().st_mode & 0o777 == 0o600
    assert Entry.objects.filter(action="ledger.key_made").count() == 1
    assert str(keyfile.read(key_file).key) == public_key()


def test_a_given_origin_names_the_log(write, settings):
    settings.LOG_ORIGIN = "muster.example/log"

    assert checkpoint_now().note.startswith("muster.example/log\n")


def test_another_origin_than_that_of_the_key_is_refused(write, settings):
    checkpoint_now()
    settings.LOG_ORIGIN = "muster.example/log"
    write()

    with pytest.raises(KeyFileError, match="LOG_ORIGIN"):
        checkpoint_now()


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_read_signs_nothing(write, key_file, rights):
    checkpoint_now()
    key_file.chmod(rights)
    write()

    with pytest.raises(KeyFileError, match="chmod 600"):
        checkpoint_now()


def test_without_the_key_writing_goes_on_and_one_checkpoint_catches_up(write, key_file):
    checkpoint_now()
    away = key_file.rename(key_file.with_name("away"))
    for _ in range(3):
        write()
        with pytest.raises(KeyFileError, match="copy it"):
            sweep_checkpoints()
    assert sequence_all() == 0  # they have their numbers all the same

    away.rename(key_file)
    sweep_checkpoints()
    assert Checkpoint.objects.count() == 2
    assert newest().size == Entry.objects.count()


def test_another_key_in_the_place_of_the_one_that_signs_is_refused(write, key_file):
    checkpoint_now()
    keyfile.write(key_file, keyfile.made(keyfile.read(key_file).key.name))
    write()

    with pytest.raises(KeyFileError, match="rotate_log_key"):
        checkpoint_now()


def test_a_record_that_was_rewritten_is_not_signed(write, as_superuser):
    for _ in range(4):
        write()
    checkpoint_now()
    as_superuser("UPDATE ledger_leafsequence SET leaf = sha256('x') WHERE seq = 2")
    write()

    with pytest.raises(RewrittenError, match="not those that were signed"):
        checkpoint_now()


def test_a_record_that_lost_its_end_is_not_signed(write, as_superuser):
    last = write()
    size = checkpoint_now().size
    as_superuser("DELETE FROM ledger_leafsequence WHERE seq = %s", size - 1)
    as_superuser("DELETE FROM ledger_entry WHERE id >= %s", last.pk)

    with pytest.raises(RewrittenError, match="only"):
        checkpoint_now()


def test_a_new_key_is_named_by_the_one_before_and_signs_from_then_on(write, administrator):
    write()
    old = checkpoint_now()
    before = Key.parse(public_key())
    row = rotate_key(actor=administrator, reason="Two years have passed.")
    after = Key.parse(row.vkey)

    (note,) = key_changes()
    text, signed = open_note(note.encode(), [before, after])
    assert signed == [before, after]
    head, origin, was, now, _ = text.splitlines()
    assert (head, origin, was, now) == (
        "muster key change",
        before.name,
        str(before),
        str(after),
    )
    assert open_checkpoint(checkpoint_now().note.encode(), [after])
    assert open_checkpoint(old.note.encode(), [before])


def test_the_old_private_key_is_gone_once_a_new_one_signs(
    write, administrator, key_file, django_capture_on_commit_callbacks
):
    checkpoint_now()
    old = key_file.read_text()
    with django_capture_on_commit_callbacks(execute=True):
        rotate_key(actor=administrator, reason="Two years have passed.")

    assert [file.name for file in key_file.parent.iterdir()] == [key_file.name]
    assert key_file.read_text() != old


def test_a_change_that_was_cut_short_before_the_file_moved_is_finished(
    write, administrator, key_file
):
    checkpoint_now()
    with transaction.atomic():
        row = rotate_key(actor=administrator, reason="Two years have passed.")
    assert keyfile.aside(key_file).exists()  # the callbacks of a test's transaction never run

    assert str(signer().key) == row.vkey
    assert not keyfile.aside(key_file).exists()


def test_a_change_that_was_undone_leaves_the_old_key_signing(write, administrator):
    checkpoint_now()
    before = public_key()
    with transaction.atomic():
        rotate_key(actor=administrator, reason="Two years have passed.")
        transaction.set_rollback(True)

    assert public_key() == before == str(signer().key)
    assert Entry.objects.filter(action="ledger.key_changed").count() == 0


def test_only_an_administrator_changes_the_key(write, officer):
    make_key()
    with pytest.raises(PermissionDenied):
        rotate_key(actor=officer, reason="I like to.")


REFUSED = [
    "UPDATE checkpoints_checkpoint SET note = 'x'",
    "DELETE FROM checkpoints_checkpoint",
    "TRUNCATE checkpoints_checkpoint CASCADE",
    "INSERT INTO checkpoints_checkpoint SELECT * FROM checkpoints_checkpoint "
    "ON CONFLICT (size) DO UPDATE SET note = 'x'",
    "UPDATE checkpoints_signingkey SET vkey = 'x'",
    "UPDATE checkpoints_signingkey SET retired_at = now(), vkey = 'x'",
    "DELETE FROM checkpoints_signingkey",
    "TRUNCATE checkpoints_signingkey CASCADE",
]


@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.parametrize("sql", REFUSED)
def test_changing_a_checkpoint_or_a_key_is_refused(write, sql, role):
    checkpoint_now()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL session_replication_role = {role}")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(sql)


def test_a_key_retires_once(write, administrator):
    make_key()
    rotate_key(actor=administrator, reason="Two years have passed.")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        SigningKey.objects.filter(retired_at__isnull=False).update(retired_at=None)


def test_two_roots_for_one_size_cannot_be_stored(write):
    made = checkpoint_now()
    made.pk, made.root = None, b"x" * 32

    with pytest.raises(IntegrityError, match="size"), transaction.atomic():
        made.save(force_insert=True)


def test_the_root_over_tiles_is_that_over_leaves(write):
    checkpoint_now()

    assert size_and_root()[1] == newest().root_hex
