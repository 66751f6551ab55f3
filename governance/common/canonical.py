"""RFC 8785 canonical JSON and its SHA-256."""

import hashlib
import json
from typing import Any

import rfc8785

WIDEST = 2**53 - 1  # integers up to here JSON keeps exactly
_text = json.encoder.encode_basestring  # as RFC 8785 writes text
_plain = {True: "true", False: "false", None: "null"}


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises rfc8785.CanonicalizationError for NaN, lone surrogates, integers beyond 2^53
    and keys that are not text.
    """
    try:
        return _written(value).encode()
    except (TypeError, UnicodeEncodeError, rfc8785.CanonicalizationError):
        return rfc8785.dumps(value)  # which says what is wrong


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical bytes as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def _written(value: Any) -> str:
    """Return what the library writes in a third of its time; what is rare is left to it."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if kind is dict:
        in_order = sorted(value) if "".join(value).isascii() else sorted(value, key=_utf_16)
        return "{" + ",".join([f"{_text(key)}:{_written(value[key])}" for key in in_order]) + "}"
    if kind is list or kind is tuple:
        return "[" + ",".join([_written(one) for one in value]) + "]"
    if kind is bool or value is None:
        return _plain[value]
    if kind is int and -WIDEST <= value <= WIDEST:
        return str(value)
    return rfc8785.dumps(value).decode()


def _utf_16(key: str) -> bytes:
    return key.encode("utf-16be")
