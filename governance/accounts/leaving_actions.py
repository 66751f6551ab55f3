"""Taking the name off somebody who left: the handle in the record stays, and says nothing."""

from allauth.account.models import EmailAddress
from django.db import transaction

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.common.states import change
from governance.ledger.actions import record

NOWHERE = "erased.invalid"  # RFC 2606: such an address reaches nobody


@transaction.atomic
def pseudonymise(user: User, *, actor: User) -> None:
    """Replace a closed account's name and address by its handle, for good.

    Raises PermissionDenied unless the actor may erase, and DomainError while the account is
    open, or when it was done already.
    """
    require(actor, Capability.ERASE, None)
    if user.is_active:
        raise DomainError(f"{user}'s account is open. Close it first.")
    if is_pseudonymous(user):
        raise DomainError(f"{user} has neither name nor address any more.")
    name, email = f"Person {user.handle[:8]}", f"{user.handle}@{NOWHERE}"
    user.set_unusable_password()
    change(user, seen=None, name=name, email=email, password=user.password)
    EmailAddress.objects.filter(user=user).delete()
    record("person.pseudonymised", subject=user, actor=actor, data={"person": user.handle})


def is_pseudonymous(user: User) -> bool:
    """Return whether name and address were taken off."""
    return user.email.endswith(f"@{NOWHERE}")
