"""Who may change a matrix, and which is kept only to be read."""

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from inventory.systems.actions import require_open
from raci.matrices.models import Matrix


def may_assign(user: User, matrix: Matrix) -> bool:
    """Return whether the person may change the matrix; one of a retired system stays as it is."""
    if matrix.system and matrix.system.is_retired:
        return False
    return may(user, Capability.ASSIGN, matrix.home)


def require_assign(actor: User, matrix: Matrix) -> None:
    """Raise PermissionDenied unless the actor assigns where the matrix is, and DomainError when
    its system is retired.
    """
    require(actor, Capability.ASSIGN, matrix.home)
    if matrix.system:
        require_open(matrix.system)
