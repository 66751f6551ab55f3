"""Whose address is known to reach them, and what stands behind a link that proves one.

A link is a signed secret: what is forged is known without asking the database, which keeps only
a digest.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from governance.accounts.models import User
from governance.notices.proof_models import AddressProof
from governance.rest.rules import token_digest

LINK_HOLDS = timedelta(days=7)


class LinkState(StrEnum):
    """What can be done with a link."""

    LIVE = "live"
    USED = "used"
    EXPIRED = "expired"
    CHANGED = "changed"  # the person has another address by now
    FORGED = "forged"


@dataclass(frozen=True)
class Looked:
    """What stands behind a link."""

    state: LinkState
    proof: AddressProof | None = None


def verified(people: Iterable[int]) -> frozenset[int]:
    """Return which of these people, by id, have a verified address today. One query."""
    proofs = AddressProof.objects.valid().filter(person__in=set(people))
    return frozenset(proofs.order_by().values_list("person", flat=True))


def unverified() -> QuerySet[User]:
    """Return the people with an open account whose address nobody verified, by name."""
    proven = AddressProof.objects.valid().filter(person=OuterRef("pk"))
    people = User.objects.filter(is_active=True, is_service=False)
    return people.exclude(Exists(proven)).order_by("name", "pk")


def proof_of(person: User) -> AddressProof | None:
    """Return what proves the person's address today, the latest; None when nothing does."""
    valid = AddressProof.objects.valid().select_related("vouched_by")
    return valid.filter(person=person).order_by("-proven_at").first()


def asked_of(people: Iterable[int]) -> dict[int, datetime]:
    """Return when a link last went to the address each person has today; absent for none."""
    links = AddressProof.objects.exclude(digest="").filter(person__in=set(people))
    rows = links.order_by("made_at").values_list("person", "address", "person__email", "made_at")
    return {person: at for person, address, email, at in rows if address == email}


def new_link(person: User, at: datetime) -> tuple[AddressProof, str]:
    """Return the row of a link, not yet stored, and the path that only its mail tells."""
    secret = secrets.token_urlsafe(24)
    proof = AddressProof(
        person=person,
        address=person.email,
        digest=_digest(secret),
        made_at=at,
        expires_at=at + LINK_HOLDS,
    )
    return proof, reverse("notices:prove", args=[_signer().sign(secret)])


def behind(token: str, at: datetime) -> Looked:
    """Return what stands behind the token of a link at a moment; it changes nothing."""
    try:
        secret = _signer().unsign(token)
    except BadSignature:
        return Looked(LinkState.FORGED)
    proof = AddressProof.objects.select_related("person").filter(digest=_digest(secret)).first()
    return Looked(_state(proof, at), proof) if proof else Looked(LinkState.FORGED)


def _state(proof: AddressProof, at: datetime) -> LinkState:
    if proof.proven_at:
        return LinkState.USED
    if proof.address != proof.person.email:
        return LinkState.CHANGED
    if proof.expires_at is None or at >= proof.expires_at or not proof.person.is_active:
        return LinkState.EXPIRED
    return LinkState.LIVE


def _signer() -> Signer:
    return Signer(salt="notices.address", sep=".")


def _digest(secret: str) -> str:
    return token_digest(f"address {secret}", settings.TOKEN_PEPPER)
