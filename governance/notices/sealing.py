"""Secrets of webhooks: made, and kept sealed with a key that is not in the database."""

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PREFIX = "whsec_"
SECRET_BYTES = 32
NONCE_BYTES = 12
ABOUT = b"muster webhook secret v1"


class UnreadableError(Exception):
    """A secret that was sealed under another key of the installation."""


def new_secret() -> bytes:
    """Return a fresh secret."""
    return secrets.token_bytes(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """Return a secret as people copy it (Standard Webhooks)."""
    return PREFIX + base64.b64encode(secret).decode()


def seal(secret: bytes) -> bytes:
    """Return a secret as it may lie in the database."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key()).encrypt(nonce, secret, ABOUT)


def unseal(sealed: bytes) -> bytes:
    """Return the secret; raises UnreadableError when the installation's key is another now."""
    raw = bytes(sealed)
    try:
        return AESGCM(_key()).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], ABOUT)
    except InvalidTag as error:
        raise UnreadableError from error


def _key() -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=ABOUT)
    return kdf.derive(settings.TOKEN_PEPPER.encode())
