"""Signed notes, checkpoints and proofs as text: C2SP's own example, and what is refused."""

import base64
import hashlib
import random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.common.notes import (
    Key,
    NoteError,
    checkpoint_text,
    decoded,
    open_checkpoint,
    open_note,
    parse_checkpoint,
    parse_tlog_proof,
    sign_note,
    signature_line,
    split_note,
    tlog_proof,
)

# The example of c2sp.org/signed-note; its public key is not printed there.
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.
"""
POEM_NOTE = (
    POEM + "\n— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJ"
    "KONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
# The example of golang.org/x/mod/sumdb/note, whose key is printed in its documentation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.
"""
GO_NOTE = (
    GO_TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgK"
    "vqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


class Writer:
    """A key with its private half."""

    def __init__(self, name: str = "muster.example/log", seed: int = 1) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = Key(name, self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


WRITER, SECOND = Writer(), Writer(seed=2)
TEXT = checkpoint_text("muster.example/log", 12, b"r" * 32)
NOTE = sign_note(TEXT, [WRITER])


def test_the_example_of_the_specification_has_its_form():
    text, (line,) = split_note(POEM_NOTE.encode())

    assert text == POEM
    assert line.startswith("— quasimodo.example/salvatore NnugSz")


def test_the_example_of_go_is_read_and_its_signature_holds():
    key = Key.parse(GO_KEY)

    assert open_note(GO_NOTE.encode(), [key]) == (GO_TEXT, [key])
    assert str(key) == GO_KEY


def test_the_id_of_a_key_is_what_the_specification_says():
    wanted = hashlib.sha256(b"muster.example/log\n\x01" + WRITER.key.public).digest()[:4]

    assert WRITER.key.key_id == wanted
    assert Key.parse(str(WRITER.key)) == WRITER.key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "muster.example/log",
        "muster.example/log+c74f20a3",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        GO_KEY[:-1],
        GO_KEY.replace("+ARpc", "+BRpc"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY.replace("PeterNeumann", ""),
        GO_KEY + "AAAA",
    ],
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(NoteError):
        Key.parse(text)


def test_lines_of_unknown_keys_are_passed_over():
    both = sign_note(TEXT, [WRITER, SECOND])
    long = both + signature_line(Key("later", b"k" * 32), b"s" * 2_420) + "\n"

    assert open_note(both.encode(), [WRITER.key]) == (TEXT, [WRITER.key])
    assert open_note(long.encode(), [SECOND.key, WRITER.key])[1] == [WRITER.key, SECOND.key]


def test_a_known_key_whose_signature_is_bad_refuses_the_note():
    bad = sign_note(TEXT, [SECOND]) + signature_line(WRITER.key, b"s" * 64) + "\n"

    assert open_note(bad.encode(), [SECOND.key])
    with pytest.raises(NoteError, match="does not hold"):
        open_note(bad.encode(), [SECOND.key, WRITER.key])


def test_a_note_that_no_known_key_signed_is_refused():
    with pytest.raises(NoteError, match="No key that you trust"):
        open_note(NOTE.encode(), [SECOND.key])
    with pytest.raises(NoteError, match="No key that you trust"):
        open_note(NOTE.encode(), [])


@pytest.mark.parametrize(
    "note",
    [
        b"",
        NOTE.encode()[:-1],
        NOTE.encode() + b"\n",
        NOTE.replace("\n\n", "\n").encode(),
        NOTE.replace("— ", "- ").encode(),
        NOTE.replace("\n\n", "\n\r\n").encode(),
        NOTE.encode().replace(b"12", b"1\x002"),
        NOTE.encode().replace(b"muster", b"must\xff", 1),
        (TEXT + "\n").encode(),
        NOTE.replace(" ", "\N{NO-BREAK SPACE}").encode(),
        NOTE.encode() * 40_000,
        (NOTE + NOTE.split("\n\n")[1] * 64).encode(),
    ],
)
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        open_note(note, [WRITER.key])


def test_every_single_bit_of_a_note_matters():
    raw, dice = NOTE.encode(), random.Random(5)  # noqa: S311
    for at in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(NoteError):
            open_note(bytes(flipped), [WRITER.key])
    for _ in range(200):
        cut = dice.randrange(len(raw))
        with pytest.raises(NoteError):
            open_note(raw[:cut], [WRITER.key])


def test_base64_with_another_end_is_refused():
    assert base64.b64decode("AB==") == base64.b64decode("AA==")
    with pytest.raises(NoteError, match="how base64 writes"):
        decoded("AB==")


def test_a_checkpoint_says_origin_size_and_root():
    said = open_checkpoint(NOTE.encode(), [WRITER.key], "muster.example/log")

    assert (said.origin, said.size, said.root) == ("muster.example/log", 12, b"r" * 32)
    assert parse_checkpoint(TEXT + "more\n").extensions == ("more",)


def test_a_checkpoint_of_another_log_is_refused():
    with pytest.raises(NoteError, match="not of elsewhere"):
        open_checkpoint(NOTE.encode(), [WRITER.key], "elsewhere.example")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n5\n",
        TEXT[:-1],
        TEXT.replace("12", "012"),
        TEXT.replace("12", "-1"),
        TEXT.replace("12", "1_2"),
        TEXT.replace("12", "\N{SUPERSCRIPT TWO}"),
        TEXT.replace("12", "9" * 19),
        TEXT.replace("12", ""),
        TEXT.replace("cnJy", "cnJ"),
        TEXT + "\n",
        "\n" + TEXT,
        f"log\n5\n{base64.b64encode(b'r' * 31).decode()}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        parse_checkpoint(text)


def test_a_proof_is_written_and_read():
    path = [b"a" * 32, b"b" * 32]
    text = tlog_proof(3, path, NOTE)

    assert text.startswith("c2sp.org/tlog-proof@v1\nindex 3\n")
    found = parse_tlog_proof(text.encode())
    assert (found.index, found.path, found.note, found.extra) == (3, path, NOTE, None)


def test_a_proof_of_the_only_entry_has_no_hashes():
    assert parse_tlog_proof(tlog_proof(0, [], NOTE).encode()).path == []


def test_further_data_in_a_proof_is_read_but_not_believed():
    text = tlog_proof(3, [], NOTE).replace("index", "extra AAEC\nindex", 1)

    assert parse_tlog_proof(text.encode()).extra == b"\x00\x01\x02"


PROOF = tlog_proof(3, [b"a" * 32], NOTE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NOTE,
        PROOF.replace("@v1", "@v2"),
        PROOF.replace("index 3", "index 03"),
        PROOF.replace("index 3", "index +3"),
        PROOF.replace("index 3\n", ""),
        PROOF.replace("YWFh", "YWF"),
        PROOF.replace("\n\n", "\n", 1),
        PROOF.replace("index 3\n", "index 3\n\n"),
        tlog_proof(3, [b"a" * 31], NOTE),
        tlog_proof(3, [b"a" * 32] * 64, NOTE),
        tlog_proof(3, [], TEXT),
    ],
)
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(NoteError):
        parse_tlog_proof(text.encode())


@pytest.mark.parametrize("text", ["no newline", "with\ttab\n", "with\rreturn\n"])
def test_a_text_that_is_none_of_a_note_is_not_signed(text):
    with pytest.raises(NoteError):
        sign_note(text, [WRITER])


def test_a_note_without_a_signer_is_none():
    with pytest.raises(NoteError, match="has a signature"):
        sign_note(TEXT, [])
