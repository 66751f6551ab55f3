"""What is signed: an in-toto statement over every file's digest, in a DSSE envelope. Pure."""

from collections.abc import Mapping
from typing import Any

from governance.common.canonical import canonical_bytes
from governance.common.notes import Signer, encoded

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:muster:evidence-pack:1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
PREDICATE = (
    *("pack", "purpose", "subject", "organisation", "scope", "population", "period"),
    *("requested_by", "requested_at", "read_at", "software", "ledger", "previous", "sample"),
    *("break_glass", "missing", "refused_actions"),
)  # taken over from data.json


def statement(
    digests: Mapping[str, bytes], head: Mapping[str, Any], *, sealed_at: str
) -> dict[str, Any]:
    """Return the statement over files by name and SHA-256, and what the head says of the pack."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digests[name].hex()}}
            for name in sorted(digests, key=str.encode)
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {name: head[name] for name in PREDICATE} | {"sealed_at": sealed_at},
    }


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return DSSE's pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope(said: Mapping[str, Any], signer: Signer) -> bytes:
    """Return the RFC 8785 bytes of the DSSE envelope with one signature."""
    payload = canonical_bytes(said)
    signature = signer.sign(pae(PAYLOAD_TYPE, payload))
    return canonical_bytes(
        {
            "payload": encoded(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": str(signer.key), "sig": encoded(signature)}],
        }
    )
