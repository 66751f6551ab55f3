"""What a token may be used for, and how it is written."""

import hashlib
import hmac
import re
from enum import StrEnum

TOKEN = re.compile(r"mst_([0-9a-f]{12})\.([A-Za-z0-9_-]{43})")
LONGEST_DAYS = 365


class Scope(StrEnum):
    """Scopes of a token. Its owner's roles still apply: a scope only narrows."""

    READ = "read"  # GET
    WRITE = "write"  # register and change
    DECIDE = "decide"  # sign, approve, reject, waive


def split_token(text: str) -> tuple[str, str] | None:
    """Return the public prefix and the secret of a token, None when it is not one."""
    match = TOKEN.fullmatch(text)
    return (match[1], match[2]) if match else None


def token_digest(secret: str, pepper: str) -> str:
    """Return HMAC-SHA-256 of the secret under the pepper as 64 hexadecimal digits."""
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()
