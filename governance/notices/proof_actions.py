"""Verifying addresses: a link is mailed and used, or an administrator vouches."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record
from governance.notices.actions import Wish, tell
from governance.notices.claims import database_now
from governance.notices.proof_models import AddressProof
from governance.notices.proofs import LinkState, asked_of, behind, new_link, verified
from governance.notices.rules import ADDRESS_ASKED, Channel, Severity

PAUSE = timedelta(minutes=2)  # between two links to one address
SUBJECT = "Does this address reach you?"
LINES = (
    "Muster tells you by e-mail what falls due. Open the link and confirm that it reaches you.",
    "It works once, for seven days. If you do not know Muster, do nothing.",
)


class ProofLinkError(DomainError):
    """A link that proves no address any more, or never did."""

    code = "link"

    def __init__(self, state: LinkState) -> None:
        super().__init__(f"This link verifies nothing: it is {state}.")
        self.state = state


@transaction.atomic
def ask_to_verify(people: Iterable[User], *, actor: User) -> int:
    """Mail each person a link that verifies their address; return how many links go out.

    Whoever is verified, has left, is no person, or was sent a link less than two minutes ago
    gets none. Raises PermissionDenied unless the actor asks for themselves, or administers
    the organisation.
    """
    wanted = list(people)
    if any(person.pk != actor.pk for person in wanted) and not may(
        actor, Capability.CONFIGURE, None
    ):
        raise PermissionDenied("Only an administrator sends links to others.")
    # One at a time for each person: two clicks at once send one link.
    ids = [person.pk for person in wanted]
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=ids, is_active=True)
    held = list(rows.filter(is_service=False).order_by("pk"))
    at, done, asked = database_now(), verified(ids), asked_of(ids)
    due = [one for one in held if one.pk not in done and not _just_asked(asked.get(one.pk), at)]
    for person in due:
        _send_link(person, at, actor)
    return len(due)


def _just_asked(last: datetime | None, at: datetime) -> bool:
    return last is not None and at - last < PAUSE


def _send_link(person: User, at: datetime, actor: User) -> None:
    proof, path = new_link(person, at)
    proof.save()
    wish = Wish(
        item=f"address:{proof.pk}",
        step=0,
        loop=0,
        channel=Channel.EMAIL,
        severity=Severity.INFO,
        subject=SUBJECT,
        lines=LINES,
        url="",
        ack_url=path,
        person=person,
        kind=ADDRESS_ASKED,
    )
    tell([wish], at=at)
    data = {"person": Personal(person.name), "email": Personal(person.email)}
    record("address.asked", subject=person, actor=actor, data=data)


@transaction.atomic
def prove(token: str) -> AddressProof:
    """Verify an address by the link that was mailed to it; it works once.

    Raises ProofLinkError, with the state of the link, when it is used, run out, forged, or of
    an address the person has no more; also when another request used it first.
    """
    now = database_now()
    looked = behind(token, now)
    if looked.state != LinkState.LIVE or looked.proof is None:
        raise ProofLinkError(looked.state)
    proof = looked.proof
    if not AddressProof.objects.use(proof.pk, now):
        raise ProofLinkError(LinkState.USED)
    proof.refresh_from_db(fields=["proven_at"])
    data = {"email": Personal(proof.address)}
    record("address.verified", subject=proof.person, actor=proof.person, data=data)
    return proof


@transaction.atomic
def vouch(person: User, *, actor: User, reason: str) -> AddressProof:
    """Take an address as verified because the actor says so; the record names who and why.

    Raises PermissionDenied unless the actor administers the organisation, and DomainError
    without a reason, for a closed account, or when the address is verified already.
    """
    require(actor, Capability.CONFIGURE, None)
    if not reason.strip():
        raise DomainError("Say how you know that the address reaches the person.")
    held = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not held.is_active or held.is_service:
        raise DomainError(f"{held}'s account is closed, or nobody's own.")
    if verified([held.pk]):
        raise DomainError(f"The address of {held} is verified already.")
    at = database_now()
    proof = AddressProof.objects.create(
        person=held,
        address=held.email,
        made_at=at,
        proven_at=at,
        vouched_by=actor,
        reason=reason.strip(),
    )
    data = {"person": Personal(held.name), "email": Personal(held.email), "reason": proof.reason}
    record("address.vouched", subject=held, actor=actor, data=data)
    return proof


def forget_addresses(person: User) -> None:
    """Take a person's former addresses out of the proofs; part of the action that records it."""
    AddressProof.objects.filter(person=person).update(address=person.email)
