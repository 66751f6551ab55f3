"""Decision tokens: a short-lived JWT, signed with Ed25519, that says one digest may be deployed.

Pure: keys and the time come in. Verification is strict: one algorithm, one type, exactly our
claims, canonical encoding, so that no two texts are the same token.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.common.canonical import canonical_bytes

LIVES = timedelta(minutes=15)
SKEW = timedelta(seconds=60)  # by which the clock of whoever checks may be behind ours
TYPE = "muster-decision+jwt"
MOST_LETTERS = 4_096
KEY_BYTES = 32
DIGEST = re.compile(r"[0-9a-f]{64}")


class TokenError(Exception):
    """A text that is no decision of ours, not for this purpose, or not any more."""


@dataclass(frozen=True)
class Claims:
    """What a token says. Times are whole seconds since 1970, UTC."""

    iss: str  # the address of this Muster
    aud: str  # what it is for: deploying to one environment
    sub: str  # the digest
    system: str
    version: str
    environment: str
    task: str
    release: str
    state: str
    decided_at: str  # when it was approved; RFC 3339
    iat: int
    nbf: int
    exp: int
    jti: str


NAMES = {field.name: field.type for field in fields(Claims)}


def audience(environment: str) -> str:
    """Return what a token for an environment is for."""
    return f"urn:muster:deploy:{environment}"


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the 32 bytes of a key's public half."""
    return key.public_key().public_bytes_raw()


def jwk(public: bytes) -> dict[str, str]:
    """Return a public key as others read it (RFC 8037), with its name."""
    bare = {"crv": "Ed25519", "kty": "OKP", "x": encoded(public)}
    return {**bare, "kid": kid_of(public), "alg": "EdDSA", "use": "sig"}


def kid_of(public: bytes) -> str:
    """Return the name of a key: its thumbprint (RFC 7638)."""
    bare = {"crv": "Ed25519", "kty": "OKP", "x": encoded(public)}
    return encoded(hashlib.sha256(canonical_bytes(bare)).digest())


def encoded(raw: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Return the bytes of base64url; raises TokenError unless it is the one text for them."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenError("This is not base64url.") from error
    if encoded(raw) != text:
        raise TokenError("This is not how base64url writes these bytes.")
    return raw


def times(at: datetime) -> dict[str, int]:
    """Return from when to when a token made at a moment counts."""
    second = int(at.timestamp())
    return {"iat": second, "nbf": second, "exp": second + int(LIVES.total_seconds())}


def sign(claims: Claims, key: Ed25519PrivateKey) -> str:
    """Return the token."""
    header = {"alg": "EdDSA", "kid": kid_of(public_bytes(key)), "typ": TYPE}
    content = f"{encoded(canonical_bytes(header))}.{encoded(canonical_bytes(asdict(claims)))}"
    return f"{content}.{encoded(key.sign(content.encode()))}"


def verify(
    token: str, keys: Mapping[str, bytes], *, issuer: str, audience: str, now: datetime
) -> Claims:
    """Return what a token says; raises TokenError unless it holds in every respect.

    `keys` are the public keys that count now, by name.
    """
    if len(token) > MOST_LETTERS or not token.isascii() or token.count(".") != 2:
        raise TokenError("This is not a token of ours.")
    head, body, signature = token.split(".")
    _check_signature(f"{head}.{body}", decoded(signature), _key(_object(head), keys))
    claims = _claims(_object(body))
    _check_use(claims, issuer, audience)
    _check_time(claims, now)
    return claims


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(decoded(text), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise TokenError("A part of the token is not JSON.") from error
    if not isinstance(value, dict):
        raise TokenError("A part of the token is no object.")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name twice")
    return value


def _key(header: dict[str, Any], keys: Mapping[str, bytes]) -> Ed25519PublicKey:
    """Return the key that the header names, if the header is exactly one of ours."""
    if set(header) != {"alg", "kid", "typ"} or header["typ"] != TYPE:
        raise TokenError("This is not the header of a decision.")
    if header["alg"] != "EdDSA":
        raise TokenError("Decisions are signed with EdDSA and nothing else.")
    public = keys.get(header["kid"]) if isinstance(header["kid"], str) else None
    if public is None:
        raise TokenError("It is signed with a key that does not count.")
    return Ed25519PublicKey.from_public_bytes(public)


def _check_signature(content: str, signature: bytes, key: Ed25519PublicKey) -> None:
    try:
        key.verify(signature, content.encode())
    except InvalidSignature as error:
        raise TokenError("The signature does not hold.") from error


def _claims(found: dict[str, Any]) -> Claims:
    if set(found) != set(NAMES):
        raise TokenError("These are not the claims of a decision.")
    for name, kind in NAMES.items():
        if type(found[name]) is not kind:
            raise TokenError(f"The claim {name} is of another kind.")
    if not DIGEST.fullmatch(found["sub"]):
        raise TokenError("It is about no digest.")
    return Claims(**found)


def _check_use(claims: Claims, issuer: str, wanted: str) -> None:
    if claims.iss != issuer:
        raise TokenError("It was issued by another Muster.")
    if claims.aud != wanted or claims.aud != audience(claims.environment):
        raise TokenError("It is for another purpose.")


def _check_time(claims: Claims, now: datetime) -> None:
    lives = claims.exp - claims.iat
    if not 0 < lives <= LIVES.total_seconds() or not claims.iat <= claims.nbf < claims.exp:
        raise TokenError("Its times do not fit together.")
    second = now.astimezone(UTC).timestamp()
    if second >= claims.exp:
        raise TokenError("It has expired.")
    if second + SKEW.total_seconds() < claims.nbf:
        raise TokenError("It does not count yet.")
