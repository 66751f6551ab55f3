"""What lies outside is reckoned anew, without the product's own readers."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.faults.places import Said, read_note, roots
from bench.faults.publishing import misnamed, twice
from governance.common.notes import Key, checkpoint_text, sign_note
from governance.ledger.rules import leaf_hash, root

BODIES = [f"entry {at}".encode() for at in range(70)]


class Signer:
    """A key of a log."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        self.key = Key("log.example", self.private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


SIGNER = Signer()
NOTE = sign_note(checkpoint_text("log.example", 7, b"\x07" * 32), [SIGNER]).encode()


def test_the_roots_are_those_of_the_product_at_every_size():
    leaves = [leaf_hash(body) for body in BODIES]

    found = roots(BODIES, range(71))

    assert found == {size: root(leaves[:size]) for size in range(71)}


def test_a_whole_note_is_read_and_its_signature_checked():
    assert read_note(NOTE, [str(SIGNER.key)]) == Said(7, b"\x07" * 32, is_signed=True)
    assert read_note(NOTE, [str(Signer().key)]) == Said(7, b"\x07" * 32, is_signed=False)


def test_no_beginning_of_a_note_passes_for_a_whole_one():
    said = [read_note(NOTE[:end], [str(SIGNER.key)]) for end in range(len(NOTE) - 1)]

    assert [one for one in said if one and one.is_signed] == []


def test_a_name_that_says_another_root_and_a_second_version_are_counted():
    one, other = Said(7, b"\x07" * 32, True), Said(7, b"\x08" * 32, True)
    name = f"{7:020d}-{one.root.hex()}.txt"

    assert misnamed([(name, one)]) == 0
    assert misnamed([(name, other)]) == 1
    assert misnamed([(name, one), (name, one)]) == 1


def test_two_roots_for_one_size_are_found_wherever_they_lie():
    roots_of_7 = {(7, hashlib.sha256(bytes([at])).digest()) for at in range(2)}

    assert twice({(6, b""), *roots_of_7}) == [7]
    assert twice({(6, b""), (7, b"")}) == []
