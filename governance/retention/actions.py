"""Erasing what the record holds about a person, and their name off a closed account."""

from dataclasses import dataclass

from django.db import transaction

from governance.accounts.access import require
from governance.accounts.leaving_actions import pseudonymise
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability, Proof
from governance.accounts.stepup import require_proof
from governance.common.errors import DomainError
from governance.ledger.erasing import erase as erase_values
from governance.notices.proof_actions import forget_addresses
from governance.retention.notes import write_notes
from governance.retention.queries import Holdings, holdings, says
from governance.retention.rules import GROUNDS, Ground

WHERE = "an erasure"


@dataclass(frozen=True)
class Wish:
    """What is to go, on what ground and why; `values` are keys of personal values."""

    ground: Ground
    reason: str
    values: frozenset[int]


@transaction.atomic
def erase(
    wish: Wish, *, actor: User, proof: Proof | None, person: User | None = None, text: str = ""
) -> int:
    """Erase personal values about somebody from the record; return how many went.

    Raises PermissionDenied unless the actor may erase and proved who they are, and DomainError
    when a rule keeps one of the values, or the reason itself names the person.
    """
    require(actor, Capability.ERASE, None)
    proved = require_proof(proof, actor=actor, where=WHERE)
    found = holdings(person=person, text=text)
    _refuse_kept(found, wish)
    if says(wish.reason, found.words):
        raise DomainError("Write the reason without the name: the record keeps it for good.")
    going = [one.value for one in found.free if one.value.pk in wish.values]
    data = {
        "ground": GROUNDS[wish.ground],
        "reason": wish.reason,
        "person": person and person.handle,
        "confirmed_by": proved.method,
    }
    subject = person or BusinessUnit.objects.get(parent__isnull=True)
    if not erase_values(going, subject=subject, actor=actor, data=data):
        raise DomainError("None of these values is there any more.")
    transaction.on_commit(write_notes, robust=True)  # else the sweep writes them
    return len(going)


def _refuse_kept(found: Holdings, wish: Wish) -> None:
    for one in found.kept:
        if one.value.pk in wish.values and one.ruling:
            rule = one.ruling.rule
            raise DomainError(
                f"#{one.number} is kept {one.ruling.words}: {rule.what} ({rule.citation})."
            )


@transaction.atomic
def take_name_off(person: User, *, actor: User, proof: Proof | None) -> None:
    """Take name and address off a closed account, and out of the proofs of its address.

    Raises PermissionDenied unless the actor may erase and proved who they are, and DomainError
    while the account is open, or a rule keeps the name of what the person wrote or decided.
    """
    require(actor, Capability.ERASE, None)
    require_proof(proof, actor=actor, where=WHERE)
    found = holdings(person=person)
    if kept := found.keeps_name:
        raise DomainError(
            f"The name stays {kept.words}: it stands behind what the person wrote or decided. "
            f"{kept.rule.what} ({kept.rule.citation})."
        )
    pseudonymise(person, actor=actor)
    forget_addresses(person)
