"""Notes of erasures outside the database, and erasing again after a restore."""

import json

import pytest
from django.core.management import CommandError, call_command

from governance.ledger.actions import sequence_all
from governance.ledger.erasing import erase
from governance.ledger.models import Entry, Erased
from governance.ledger.models import Personal as PersonalValue
from governance.ledger.verification import verify
from governance.retention.notes import AGAIN, write_notes
from governance.retention.tasks import note_erasures

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(owner, administrator, settings, tmp_path):
    """The values of Mira Rossi, as they were before their erasure, which is noted."""
    settings.ERASURES = tmp_path / "notes"
    sequence_all()
    values = list(PersonalValue.objects.filter(value="Mira Rossi"))
    erase(values, subject=owner, actor=administrator, data={"ground": "asked"})
    note_erasures()
    return values


def test_a_note_names_leaf_and_path_and_no_value(erased, settings):
    (file,) = settings.ERASURES.glob("*.json")
    note = json.loads(file.read_text())

    leaf = Entry.objects.get(pk=erased[0].entry_id).leaf
    assert {"leaf": bytes(leaf).hex(), "path": "/name"} in note["values"]
    assert "Rossi" not in file.read_text()


def test_a_note_is_written_once_and_again_when_it_is_lost(erased, settings):
    assert write_notes() == 0

    next(settings.ERASURES.glob("*.json")).unlink()
    assert write_notes() == 1


def test_what_a_restore_brings_back_is_erased_again(erased, as_before_the_erasure):
    as_before_the_erasure(erased)

    call_command("replay_erasures")

    assert not PersonalValue.objects.filter(value="Mira Rossi").exists()
    assert Erased.objects.count() == len(erased)
    last = Entry.objects.filter(action="personal.erased").latest("pk")
    assert AGAIN in bytes(last.body).decode()
    assert verify().fault is None


def test_erasing_again_changes_nothing_the_second_time(erased):
    before = Entry.objects.count()

    call_command("replay_erasures")

    assert Entry.objects.count() == before


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="no folder"):
        call_command("replay_erasures", str(tmp_path / "nothing"))
