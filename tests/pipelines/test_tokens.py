"""Decision tokens: what is signed verifies, and nothing else does."""

import hashlib
import hmac
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from governance.pipelines.tokens import (
    Claims,
    TokenError,
    audience,
    encoded,
    jwk,
    kid_of,
    public_bytes,
    sign,
    times,
    verify,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = public_bytes(KEY)
KEYS = {kid_of(PUBLIC): PUBLIC}
ISSUER = "https://muster.example"


def claims(**over) -> Claims:
    given = {
        "iss": ISSUER,
        "aud": audience("prod"),
        "sub": "ab" * 32,
        "system": "AIS-014",
        "version": "3.2.1",
        "environment": "prod",
        "task": "",
        "release": "UPD-007",
        "state": "approved",
        "decided_at": "2026-11-20T09:00:00Z",
        "jti": "c0ffee",
        **times(NOW),
    }
    return Claims(**given | over)


def checked(token: str, now: datetime = NOW, **over) -> Claims:
    wanted = {"issuer": ISSUER, "audience": audience("prod"), "now": now}
    return verify(token, KEYS, **wanted | over)


def raw(header: object, body: object, signature: bytes | None = None) -> str:
    """Return a token of any parts, signed with our key unless a signature is given."""
    content = ".".join(encoded(json.dumps(part).encode()) for part in (header, body))
    return f"{content}.{encoded(KEY.sign(content.encode()) if signature is None else signature)}"


HEADER = {"alg": "EdDSA", "kid": kid_of(PUBLIC), "typ": "muster-decision+jwt"}


def test_what_was_signed_is_read_back():
    assert checked(sign(claims(), KEY)) == claims()


def test_it_counts_for_fifteen_minutes():
    token = sign(claims(), KEY)

    assert checked(token, NOW + timedelta(minutes=14, seconds=59))
    with pytest.raises(TokenError, match="expired"):
        checked(token, NOW + timedelta(minutes=15))


def test_it_does_not_count_before_its_time():
    token = sign(claims(), KEY)

    assert checked(token, NOW - timedelta(seconds=59))  # a clock behind ours
    with pytest.raises(TokenError, match="not count yet"):
        checked(token, NOW - timedelta(minutes=2))


def test_a_token_without_a_signature_is_none():
    with pytest.raises(TokenError, match="EdDSA"):
        checked(raw(HEADER | {"alg": "none"}, asdict(claims()), b""))


@pytest.mark.parametrize("secret", [PUBLIC, encoded(PUBLIC).encode(), PUBLIC.hex().encode()])
def test_the_public_key_is_no_secret_to_sign_with(secret):
    header, body = (
        encoded(json.dumps(part).encode()) for part in (HEADER | {"alg": "HS256"}, asdict(claims()))
    )
    mac = hmac.new(secret, f"{header}.{body}".encode(), hashlib.sha256).digest()

    with pytest.raises(TokenError, match="EdDSA"):
        checked(f"{header}.{body}.{encoded(mac)}")


@pytest.mark.parametrize("alg", ["HS256", "ES256", "RS256", "eddsa", "EdDSA ", "", None, 7, []])
def test_no_other_algorithm_is_taken_even_with_a_good_signature(alg):
    with pytest.raises(TokenError, match="EdDSA"):
        checked(raw(HEADER | {"alg": alg}, asdict(claims())))


def test_a_key_that_does_not_count_signs_nothing():
    with pytest.raises(TokenError, match="key that does not count"):
        checked(sign(claims(), OTHER))


def test_the_name_of_our_key_does_not_help_another():
    content = sign(claims(), OTHER).split(".")
    forged = [encoded(json.dumps(HEADER).encode()), *content[1:]]

    with pytest.raises(TokenError, match="signature does not hold"):
        checked(".".join(forged))


@pytest.mark.parametrize(
    "over",
    [
        {"jwk": jwk(public_bytes(OTHER))},
        {"jku": "https://evil.example/keys"},
        {"crit": ["exp"]},
        {"typ": "JWT"},
        {"x5u": "https://evil.example"},
    ],
)
def test_a_header_with_more_or_other_than_ours_is_refused(over):
    with pytest.raises(TokenError, match="header"):
        checked(raw(HEADER | over, asdict(claims())))


@pytest.mark.parametrize("name", ["alg", "kid", "typ"])
def test_a_header_that_lacks_something_is_refused(name):
    header = {key: value for key, value in HEADER.items() if key != name}

    with pytest.raises(TokenError, match="header"):
        checked(raw(header, asdict(claims())))


def test_a_token_for_another_environment_is_refused():
    token = sign(claims(environment="staging", aud=audience("staging")), KEY)

    with pytest.raises(TokenError, match="another purpose"):
        checked(token)


def test_audience_and_environment_are_one():
    with pytest.raises(TokenError, match="another purpose"):
        checked(sign(claims(environment="staging"), KEY))


def test_a_token_of_another_muster_is_refused():
    with pytest.raises(TokenError, match="another Muster"):
        checked(sign(claims(iss="https://other.example"), KEY))


@pytest.mark.parametrize(
    "over",
    [
        {"exp": times(NOW)["iat"] + 901},
        {"exp": times(NOW)["iat"]},
        {"nbf": times(NOW)["iat"] - 1},
        {"nbf": times(NOW)["exp"]},
    ],
)
def test_times_that_do_not_fit_together_are_refused(over):
    with pytest.raises(TokenError, match="times"):
        checked(sign(replace(claims(), **over), KEY))


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"sub": "AB" * 32}, "no digest"),
        ({"sub": "ab"}, "no digest"),
        ({"exp": float(times(NOW)["exp"])}, "another kind"),
        ({"iat": True}, "another kind"),
        ({"task": None}, "another kind"),
    ],
)
def test_claims_of_another_kind_are_refused(over, words):
    with pytest.raises(TokenError, match=words):
        checked(raw(HEADER, asdict(claims()) | over))


def test_a_claim_more_or_less_is_refused():
    body = asdict(claims())

    with pytest.raises(TokenError, match="not the claims"):
        checked(raw(HEADER, body | {"admin": True}))
    body.pop("jti")
    with pytest.raises(TokenError, match="not the claims"):
        checked(raw(HEADER, body))


@pytest.mark.parametrize("name", [name for name in asdict(claims()) if name != "aud"])
def test_an_altered_claim_breaks_the_signature(name):
    token = sign(claims(), KEY)
    value = asdict(claims())[name]
    altered = claims(**{name: value + 1 if isinstance(value, int) else f"{value}x"})
    head, _, signature = token.split(".")
    body = sign(altered, KEY).split(".")[1]

    with pytest.raises(TokenError, match="signature does not hold"):
        checked(f"{head}.{body}.{signature}")


def test_a_name_that_stands_twice_is_refused():
    head = encoded(json.dumps(HEADER).encode())
    body = encoded(json.dumps(asdict(claims()))[:-1].encode() + b', "sub": "00"}')
    signature = encoded(KEY.sign(f"{head}.{body}".encode()))

    with pytest.raises(TokenError, match="not JSON"):
        checked(f"{head}.{body}.{signature}")


def test_no_bit_can_be_flipped():
    token = sign(claims(), KEY)

    for at in range(len(token)):
        for bit in range(8):
            flipped = token[:at] + chr(ord(token[at]) ^ 1 << bit) + token[at + 1 :]
            with pytest.raises(TokenError):
                checked(flipped)


@pytest.mark.parametrize("more", ["=", "==", ".", " ", "\n", ".x", "A"])
def test_nothing_is_added_to_a_token(more):
    with pytest.raises(TokenError):
        checked(sign(claims(), KEY) + more)
    with pytest.raises(TokenError):
        checked(more + sign(claims(), KEY))


@given(st.text(max_size=300))
def test_no_text_at_all_is_more_than_refused(text):
    with pytest.raises(TokenError):
        checked(text)


@given(st.lists(st.binary(max_size=80), min_size=3, max_size=3))
def test_no_three_parts_are_more_than_refused(parts):
    with pytest.raises(TokenError):
        checked(".".join(encoded(part) for part in parts))


def test_the_public_key_has_the_name_of_its_thumbprint():
    # the example of RFC 8037, appendix A.3
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

    assert kid_of(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert jwk(public)["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
