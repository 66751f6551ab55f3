"""The key that signs is gone for good: two administrators, a new key, and a note that says so."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone

from governance.accounts.rules import Role
from governance.accounts.stepup import ReauthenticationRequired
from governance.checkpoints import key_loss_actions
from governance.checkpoints.actions import HeldError, checkpoint_now, rotate_key
from governance.checkpoints.delivering import deliver
from governance.checkpoints.key_loss_actions import declare_lost, note_found, replace_lost
from governance.checkpoints.key_notes import is_loss
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.models import Doubt, Recovery, SigningKey
from governance.checkpoints.queries import key_changes, losses, public_key
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.standing import is_read_only, loss_declared
from governance.checkpoints.tasks import sweep_checkpoints
from governance.checkpoints.verification import verify_signed
from governance.common.errors import DomainError
from governance.common.notes import Key, open_checkpoint
from governance.ledger.models import Entry
from governance.notices.models import Notice
from tests.conftest import person, sign_in

pytestmark = pytest.mark.django_db
WHY = "The disk died, and the copy in the safe cannot be read."


@pytest.fixture
def other(organisation, administrator):
    """A second administrator."""
    return person("Zora Adler", Role.ADMINISTRATOR, organisation, administrator)


@pytest.fixture
def signed(write):
    """A checkpoint, and an entry after it."""
    head = checkpoint_now()
    write()
    return head


@pytest.fixture
def gone(signed, key_file):
    """Its key is gone; returns the text that was in the file."""
    text = key_file.read_text()
    key_file.unlink()
    return text


@pytest.fixture
def declared(gone, administrator, proof):
    """The loss is declared."""
    return declare_lost(actor=administrator, reason=WHY, proof=proof)


@pytest.fixture
def waited(declared, monkeypatch):
    """And every host had the time to say that it has the key."""
    monkeypatch.setattr(key_loss_actions, "WAIT", timedelta(0))
    return declared


def said(action: str) -> dict[str, object]:
    return json.loads(bytes(Entry.objects.get(action=action).body))["data"]


def test_a_declared_loss_is_an_entry_an_alarm_and_stops_signing_not_writing(
    declared, signed, write, administrator
):
    write()
    sweep_checkpoints()

    assert said("ledger.key_lost")["size"] == signed.size
    assert said("ledger.key_lost")["root"] == signed.root_hex
    assert said("ledger.key_lost")["reason"] == WHY
    assert not is_read_only()
    with pytest.raises(HeldError, match="declared lost"):
        checkpoint_now()
    assert Doubt.objects.get().person == administrator
    told = Notice.objects.filter(person=administrator, kind="checkpoints.doubt")
    assert {one.channel for one in told} == {"app", "email"}
    assert all("declared lost" in one.subject for one in told)


def test_another_administrator_has_a_new_key_sign_from_then_on(waited, signed, other):
    old = public_key()

    row = replace_lost(actor=other, reason="We looked everywhere.")

    head = checkpoint_now()
    assert row.vkey != old
    assert Key.parse(row.vkey).name == Key.parse(old).name
    assert open_checkpoint(head.note.encode(), [Key.parse(row.vkey)]).size > signed.size
    assert said("ledger.key_replaced")["before"] == old
    assert Recovery.objects.get().person == other
    assert loss_declared() is None


def test_the_note_says_from_which_size_on_and_only_the_new_key_signed_it(waited, signed, other):
    old = public_key()
    row = replace_lost(actor=other, reason="We looked everywhere.")

    (note,) = key_changes()

    assert is_loss(note)
    lines = note.split("\n")
    assert lines[2:4] == [old, row.vkey]
    assert lines[5] == str(signed.size)
    assert note.count("— ") == 1
    assert losses() == [row]


def test_old_heads_hold_under_the_old_key_and_the_record_as_a_whole(waited, signed, other):
    old = Key.parse(public_key())
    replace_lost(actor=other, reason="We looked everywhere.")
    checkpoint_now()

    assert open_checkpoint(signed.note.encode(), [old]).size == signed.size
    assert verify_signed().fault is None


def test_a_note_of_another_key_is_found(waited, other, as_superuser):
    replace_lost(actor=other, reason="We looked everywhere.")
    as_superuser(
        "UPDATE checkpoints_signingkey SET change_note = replace(change_note, 'lost', 'changed')"
    )

    assert "change to the key" in str(verify_signed().fault)


def test_who_declared_it_does_not_go_on_alone(waited, administrator):
    with pytest.raises(DomainError, match="another administrator"):
        replace_lost(actor=administrator, reason="It is late.")


def test_no_new_key_is_made_before_other_hosts_could_speak(declared, other):
    with pytest.raises(DomainError, match="Wait until 3 minutes"):
        replace_lost(actor=other, reason="We looked everywhere.")


def test_no_new_key_is_made_when_nobody_declared_a_loss(gone, other):
    with pytest.raises(DomainError, match="Nobody has declared"):
        replace_lost(actor=other, reason="We looked everywhere.")


def test_a_key_that_is_found_ends_it_and_signs_on(waited, gone, key_file, signed, other):
    key_file.touch(mode=0o600)
    key_file.write_text(gone)
    with pytest.raises(DomainError, match="at hand"):
        replace_lost(actor=other, reason="We looked everywhere.")

    sweep_checkpoints()

    assert loss_declared() is None
    assert said("ledger.key_found")["key"] == public_key()
    assert checkpoint_now().size > signed.size
    assert not note_found()


def test_a_key_at_hand_is_not_declared_lost(signed, administrator, proof):
    with pytest.raises(DomainError, match="at hand"):
        declare_lost(actor=administrator, reason=WHY, proof=proof)


def test_only_an_administrator_with_a_proof_and_a_reason_declares_it(
    gone, administrator, officer, proof
):
    with pytest.raises(PermissionDenied):
        declare_lost(actor=officer, reason=WHY, proof=proof)
    with pytest.raises(ReauthenticationRequired):
        declare_lost(actor=administrator, reason=WHY, proof=None)
    with pytest.raises(DomainError, match="Say how"):
        declare_lost(actor=administrator, reason=" ", proof=proof)
    declare_lost(actor=administrator, reason=WHY, proof=proof)
    with pytest.raises(DomainError, match="declared already"):
        declare_lost(actor=administrator, reason=WHY, proof=proof)


def test_a_recovery_of_the_record_does_not_pass_for_one_of_the_key(declared, other, proof):
    with pytest.raises(PermissionDenied):
        recover(actor=other, reason="all well", proof=proof)
    assert loss_declared()


def test_what_lies_in_the_keys_place_is_not_destroyed(waited, key_file, other):
    key_file.touch(mode=0o600)
    key_file.write_text("somebody's notes")

    with pytest.raises(KeyFileError, match="move it away"):
        replace_lost(actor=other, reason="We looked everywhere.")
    assert key_file.read_text() == "somebody's notes"
    assert SigningKey.objects.count() == 1


def test_after_a_loss_the_key_changes_as_before(waited, other, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        replace_lost(actor=other, reason="We looked everywhere.")
        checkpoint_now()
        rotate_key(actor=other, reason="A year has passed.")

    assert [is_loss(note) for note in key_changes()] == [True, False]
    assert verify_signed().fault is None


def test_the_command_makes_the_new_key_and_prints_it(waited, administrator, other):
    told = StringIO()
    with pytest.raises(CommandError, match="another administrator"):
        call_command("recover_ledger", actor=administrator.email, reason="why", new_key=True)

    words = {"actor": other.email, "reason": "gone", "new_key": True}
    call_command("recover_ledger", **words, stdout=told)

    assert told.getvalue().splitlines()[-1] == public_key()


def test_the_page_takes_the_declaration_and_says_who_goes_on(gone, administrator, client):
    browser = sign_in(client, administrator)
    page = browser.get("/ledger/recovery/").content.decode()
    assert "The key that signs is not here" in page

    empty = browser.post("/ledger/recovery/key/", {"reason": ""})
    answer = browser.post("/ledger/recovery/key/", {"reason": WHY})

    assert (empty.status_code, answer.status_code) == (422, 302)
    page = browser.get("/ledger/recovery/").content.decode()
    assert "Ada Admin declared it lost" in page
    assert "--new-key" in page
    assert "Sign the recovery" not in page


def test_only_an_administrator_declares_it_on_the_page(gone, officer, client):
    answer = sign_in(client, officer).post("/ledger/recovery/key/", {"reason": WHY})

    assert answer.status_code == 403
    assert loss_declared() is None


def test_with_the_key_at_hand_the_page_offers_no_declaration(signed, administrator, client):
    page = sign_in(client, administrator).get("/ledger/recovery/").content.decode()

    assert "Declare the key lost" not in page


def test_the_ledgers_page_warns_of_a_key_that_was_lost(waited, other, client):
    replace_lost(actor=other, reason="We looked everywhere.")

    page = sign_in(client, other).get("/ledger/").content.decode()

    assert "without the old key" in page


def test_every_place_outside_is_told_once_of_the_loss(waited, other, folder, settings, write):
    settings.CHECKPOINT_SINKS.append("mailto:auditor@firm.example")
    replace_lost(actor=other, reason="We looked everywhere.")
    checkpoint_now()
    deliver()
    (file,) = folder.glob("*/*.note")
    told = mail.outbox[-1]

    assert [file.read_text()] == key_changes()
    assert "it was declared\nlost" in told.body
    assert told.attachments[-1][1] == key_changes()[0]
    write()
    checkpoint_now()
    deliver(timezone.now() + timedelta(days=2))
    assert "WARNING" not in mail.outbox[-1].body
    keys = [row.vkey for row in SigningKey.objects.all()]
    call_command("verify_ledger", checkpoint=[folder], key=keys, stdout=StringIO())
