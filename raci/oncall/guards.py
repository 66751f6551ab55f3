"""What every change of a schedule asks first."""

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from raci.oncall.models import Schedule


def require_open(schedule: Schedule, actor: User) -> None:
    """Raise unless the person may change the schedule, and it is in use."""
    require(actor, Capability.ASSIGN, schedule.unit)
    refuse_closed(schedule)


def refuse_closed(schedule: Schedule) -> None:
    """Raise DomainError for a schedule out of use."""
    if schedule.closed_at:
        raise DomainError(f"{schedule} is closed.")


def refuse_absent(person: User) -> None:
    """Raise DomainError for somebody who cannot be on call: one who left, or a service."""
    if not person.is_active or person.is_service:
        raise DomainError(f"{person} is not somebody who can be on call.")
