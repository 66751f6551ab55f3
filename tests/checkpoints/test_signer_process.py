"""The key in a process of its own: what it signs for whoever may reach its socket."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError

from governance.checkpoints import remote
from governance.checkpoints.actions import checkpoint_now, rotate_key
from governance.checkpoints.keepers import FileKeeper
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.models import Checkpoint
from governance.checkpoints.queries import public_key
from governance.checkpoints.remote import SocketKeeper
from governance.checkpoints.serving import Memory, answer, listening, serve
from governance.common.notes import checkpoint_text

ORIGIN = "muster.example/log"
ROOTS = [bytes([digit]) * 32 for digit in range(3)]


@pytest.fixture
def path(tmp_path) -> Path:
    """Where the process listens."""
    return tmp_path / "signer.sock"


@pytest.fixture
def memory(tmp_path) -> Memory:
    """What the process remembers."""
    return Memory(tmp_path / "signed")


@pytest.fixture
def process(path, key_file, memory) -> Iterator[SocketKeeper]:
    """Somebody who signs behind a socket."""
    keeper = FileKeeper(key_file, ORIGIN)
    keeper.first()
    over = threading.Event()
    with listening(path, 0o660) as line:
        worker = threading.Thread(target=serve, args=(line, keeper, memory, over.is_set))
        worker.start()
        yield SocketKeeper(path)
        over.set()
        worker.join()


def text(size: int, root: int = 0, origin: str = ORIGIN) -> bytes:
    return checkpoint_text(origin, size, ROOTS[root]).encode()


def test_it_signs_larger_heads_and_the_same_one_again(process):
    who = process.held("")
    for size in (5, 6, 6, 9):
        assert who.key.has_signed(text(size), who.sign(text(size)))


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (text(9, root=1), "another root was signed over 9 entries"),
        (text(8), "9 entries were signed, so 8 are not"),
        (text(10, origin="elsewhere.example"), "no checkpoint of muster.example/log"),
        (text(10) + b"more\n", "no checkpoint of muster.example/log"),
        (b"anything at all", "nothing that the key of a log signs"),
        (b"\xff\xfe", "nothing that the key of a log signs"),
        (b"", "nothing that the key of a log signs"),
        (b"muster key change\nlog\nold\nmine\nnow\n", "nothing that the key of a log signs"),
    ],
)
def test_it_refuses_what_no_log_signs(process, message, words):
    process.held("").sign(text(9))

    with pytest.raises(KeyFileError, match=words):
        process.held("").sign(message)


def test_it_remembers_what_it_signed_when_it_starts_again(process, memory, key_file):
    process.held("").sign(text(9))
    again = FileKeeper(key_file)
    question = f"sign {again.held('').key} {len(text(8))}\n".encode() + text(8)

    assert b"9 entries were signed" in answer(question, again, Memory(memory.path))
    assert memory.path.stat().st_mode & 0o777 == 0o600


def test_it_notes_a_head_before_the_signature_goes_out(process, memory, monkeypatch, key_file):
    class Dying(FileKeeper):
        def held(self, wanted):
            found = super().held(wanted)

            class Dead:
                key = found.key

                def sign(self, message):
                    raise OSError("killed")

            return Dead()

    dying = Dying(key_file)
    key = dying.held("").key
    said = answer(f"sign {key} {len(text(7))}\n".encode() + text(7), dying, memory)

    assert said.startswith(b"no ")
    assert memory.signed() == (7, ROOTS[0].hex())


@pytest.mark.parametrize("kept", ["", "{}", '{"size": "x", "root": ""}', "[]"])
def test_a_memory_that_cannot_be_read_signs_nothing(process, memory, kept):
    memory.path.write_text(kept)
    memory.path.chmod(0o600)

    with pytest.raises(KeyFileError, match="cannot be read"):
        process.held("").sign(text(9))


@pytest.mark.parametrize(
    "question", [b"", b"\n", b"key\n", b"sign a b c\n", b"open - 0\n", b"sign - 0\n", b"\xff"]
)
def test_a_question_that_is_none_gets_no_signature(key_file, memory, question):
    keeper = FileKeeper(key_file, ORIGIN)
    keeper.first()

    assert answer(question, keeper, memory).startswith(b"no ")


def test_other_texts_of_ours_are_signed_without_being_heads(process):
    who = process.held("")
    message = b"DSSEv1 28 application/vnd.in-toto+json 2 {}"

    assert who.key.has_signed(message, who.sign(message))


def test_the_digests_of_a_large_pack_are_signed_too(process):
    who = process.held("")
    message = b"DSSEv1 28 application/vnd.in-toto+json 5000000 " + bytes(5_000_000)

    assert who.key.has_signed(message, who.sign(message))


def test_an_answer_that_is_no_signature_is_said_as_such(process, path, monkeypatch):
    who = process.held("")
    monkeypatch.setattr(remote, "_ask", lambda *_: "not base64")

    with pytest.raises(KeyFileError, match="is no signature"):
        who.sign(text(5))


def test_the_socket_is_closed_to_others(process, path):
    assert path.stat().st_mode & 0o777 == 0o660


def test_nobody_behind_the_socket_is_said(path):
    with pytest.raises(KeyFileError, match="Nobody signs behind"):
        SocketKeeper(path).held("")


@pytest.mark.django_db
def test_checkpoints_are_signed_over_the_socket(process, settings, path, write):
    settings.LOG_SIGNER = f"unix:{path}"
    write()
    first = checkpoint_now()
    write()
    second = checkpoint_now()

    assert first.note.startswith(ORIGIN)
    assert second.size == first.size + 1
    assert public_key() == str(process.held("").key)


@pytest.mark.django_db
def test_whoever_may_ask_for_signatures_may_not_change_the_key(
    process, settings, path, write, administrator
):
    settings.LOG_SIGNER = f"unix:{path}"
    checkpoint_now()

    with pytest.raises(KeyFileError, match="as the user of the signing process"):
        rotate_key(actor=administrator, reason="Two years have passed.")


@pytest.mark.django_db
def test_the_process_signs_with_a_key_that_was_changed_beside_it(
    process, settings, path, write, administrator, django_capture_on_commit_callbacks
):
    settings.LOG_SIGNER = f"unix:{path}"
    checkpoint_now()
    settings.LOG_SIGNER = ""  # as the user of the signing process
    with django_capture_on_commit_callbacks(execute=True):
        row = rotate_key(actor=administrator, reason="Two years have passed.")
    settings.LOG_SIGNER = f"unix:{path}"

    assert checkpoint_now().key == row
    assert Checkpoint.objects.count() == 2


def test_the_command_holds_the_key_and_ends_when_it_is_told_to(tmp_path):
    path = tmp_path / "signer.sock"
    environment = os.environ | {
        "MUSTER_MODE": "local",
        "LOG_KEY_FILE": str(tmp_path / "log.key"),
        "LOG_SIGNER": "",
        "LOG_ORIGIN": ORIGIN,
    }
    command = [sys.executable, "manage.py", "run_signer", "--socket", str(path)]
    with subprocess.Popen(
        command,
        cwd=django_settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        said = process.stdout.readline()
        who = SocketKeeper(path).held("")
        assert who.key.has_signed(text(4), who.sign(text(4)))
        with pytest.raises(KeyFileError):
            who.sign(text(3))
        process.terminate()

    assert f"signs for {who.key}" in said
    assert process.returncode == 0
    assert not path.exists()


def test_the_command_refuses_to_ask_itself(settings, path):
    settings.LOG_SIGNER = f"unix:{path}"

    with pytest.raises(CommandError, match="unset LOG_SIGNER"):
        call_command("run_signer", socket=path)


@pytest.mark.django_db
def test_the_command_changes_the_key_in_the_name_of_an_administrator(
    write, administrator, officer, capsys
):
    checkpoint_now()
    before = public_key()
    call_command("rotate_log_key", actor=administrator.email, reason="Two years have passed.")
    assert capsys.readouterr().out.strip() == public_key() != before

    for nobody in (officer.email, "nobody@halden.example"):
        with pytest.raises(CommandError):
            call_command("rotate_log_key", actor=nobody, reason="I like to.")
