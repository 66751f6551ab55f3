"""A person gives the password once more: right or wrong, it is recorded."""

from django.db import transaction

from governance.accounts.models import User
from governance.ledger.actions import record


@transaction.atomic
def confirm_identity(*, actor: User, password: str, method: str) -> bool:
    """Return whether this is the password of the actor, whose account is open."""
    actor.refresh_from_db(fields=["is_active", "password"])  # closed or changed meanwhile
    right = actor.is_active and actor.check_password(password)
    done = "person.confirmed" if right else "person.confirm_refused"
    record(done, subject=actor, actor=actor, data={"person": actor.handle, "method": method})
    return right
