"""Which key signs now, and which keys still count."""

import secrets
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import Q, QuerySet

from governance.approvals.models import Release
from governance.pipelines import keyfile, tokens
from governance.pipelines.keyfile import KeyFileError
from governance.pipelines.models import SigningKey
from governance.pipelines.queries import Decision

COUNTS_ON = tokens.LIVES + tokens.SKEW  # after a key signs no more


def counting(now: datetime) -> QuerySet[SigningKey]:
    """Return the keys whose signatures count: the one that signs, and those just before it."""
    alive = Q(retired_at__isnull=True) | Q(retired_at__gt=now - COUNTS_ON)
    return SigningKey.objects.filter(alive)


def public_keys(now: datetime) -> dict[str, bytes]:
    """Return the public keys that count, by name, as `tokens.verify` takes them."""
    return {row.kid: tokens.decoded(row.public) for row in counting(now)}


def signer(now: datetime) -> Ed25519PrivateKey:
    """Return the key that signs; raises KeyFileError when there is none that would count."""
    key = keyfile.read(settings.DECISION_KEY)
    kid = tokens.kid_of(tokens.public_bytes(key))
    row = SigningKey.objects.filter(kid=kid).first()
    if row is None or (row.retired_at and now - row.retired_at > tokens.SKEW):
        path = settings.DECISION_KEY
        raise KeyFileError(f"The key in {path} is not the one that signs: copy that one there.")
    return key


def issue(found: Decision) -> tuple[str, tokens.Claims]:
    """Return a token of a yes, and what it says; raises KeyFileError without a key."""
    if found.release is None or not found.is_yes:
        raise ValueError("Only a yes is signed.")
    release = found.release
    claims = tokens.Claims(
        iss=settings.BASE_URL,
        aud=tokens.audience(found.environment),
        sub=found.version.digest,
        system=found.version.system.ref,
        version=found.version.label,
        environment=found.environment,
        task=found.task,
        release=release.ref,
        state=release.state.value,
        decided_at=zulu(decided_at(release)),
        jti=secrets.token_hex(16),
        **tokens.times(found.at),
    )
    return tokens.sign(claims, signer(found.at)), claims


def decided_at(release: Release) -> datetime | None:
    """Return when it was decided that a release may run."""
    return release.approved_at or release.decided_at or release.activated_at


def zulu(at: datetime | None) -> str:
    """Return a moment as RFC 3339 in UTC; empty for none."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
