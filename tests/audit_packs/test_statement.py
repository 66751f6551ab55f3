"""The signed statement: in-toto over every file, DSSE around it."""

import base64
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from governance.audit_packs.statement import PAYLOAD_TYPE, PREDICATE, envelope, pae, statement
from governance.common.notes import Key
from tests.audit_packs.samples import contents, system

DIGESTS = {"data/b": b"\2" * 32, "data/a": b"\1" * 32, "HOW-TO-CHECK.html": b"\3" * 32}
FIELDS = {
    *("pack", "purpose", "subject", "organisation", "scope", "population", "period"),
    *("requested_by", "requested_at", "read_at", "sealed_at", "software", "ledger", "previous"),
    *("sample", "break_glass", "missing", "refused_actions"),
}


class Held:
    """A key of the tests, the same each time."""

    private = Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
    key = Key("muster-test", private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def said():
    """Return the statement of a small pack."""
    return statement(DIGESTS, contents(system()).head, sealed_at="2026-11-22T12:00:00Z")


def test_the_encoding_is_that_of_the_published_vector():
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_the_length_is_that_of_the_bytes():
    assert pae("é", "ü".encode()) == b"DSSEv1 2 \xc3\xa9 2 \xc3\xbc"


def test_every_file_is_a_subject_in_the_order_of_names():
    assert said()["subject"] == [
        {"name": "HOW-TO-CHECK.html", "digest": {"sha256": "03" * 32}},
        {"name": "data/a", "digest": {"sha256": "01" * 32}},
        {"name": "data/b", "digest": {"sha256": "02" * 32}},
    ]


def test_the_predicate_has_every_field_and_says_what_data_json_says():
    found, head = said(), contents(system()).head

    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "urn:muster:evidence-pack:1"
    assert set(found["predicate"]) == FIELDS
    assert {name: found["predicate"][name] for name in PREDICATE} == {
        name: head[name] for name in PREDICATE
    }


def test_the_envelope_carries_the_statement_and_a_signature_that_holds():
    made = json.loads(envelope(said(), Held()))
    payload = base64.b64decode(made["payload"])
    (signature,) = made["signatures"]

    assert json.loads(payload) == said()
    assert made["payloadType"] == PAYLOAD_TYPE
    assert signature["keyid"] == str(Held.key)
    assert Held.key.has_signed(pae(PAYLOAD_TYPE, payload), base64.b64decode(signature["sig"]))


def test_the_same_statement_makes_the_same_envelope():
    assert envelope(said(), Held()) == envelope(said(), Held())
