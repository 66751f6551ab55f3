"""Holding a duty while somebody speaks of it; the one way its status moves and is recorded."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.utils import timezone

from governance.accounts.access import require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError, StaleError
from governance.common.states import move
from governance.ledger.actions import record
from governance.obligations.answering import require_word
from governance.obligations.models import Duty
from governance.obligations.rules import DUTY_TRANSITIONS, DutyStatus
from inventory.systems.actions import require_open

S = DutyStatus
NOTHING_SAID: dict[str, Any] = {
    "waits_for": "", "reason": "", "proposed_by": None, "approved_by": None, "approved_at": None,
}  # fmt: skip


def hold(duty: Duty, person: User, seen: int | None) -> None:
    """Lock a duty and look at it again; refuse who may not say how it stands."""
    require_word(person, duty)
    require_open(duty.system)
    lock(duty, seen)


def hold_proposal(duty: Duty, person: User, seen: int | None) -> None:
    """Lock a proposal; refuse who may not classify, and who proposed it."""
    require(person, Capability.CLASSIFY, duty.system.unit)
    require_open(duty.system)
    lock(duty, seen)
    if duty.proposed_by_id == person.pk:
        raise PermissionDenied("You proposed this; another person has to decide.")


def lock(duty: Duty, seen: int | None = None) -> None:
    """Wait for whoever speaks of the duty now, and read it as they left it; refuse an ended one."""
    Duty.objects.select_for_update(no_key=True).get(pk=duty.pk)
    duty.refresh_from_db()
    if seen is not None and duty.row_version != seen:
        raise StaleError(f"{duty} was changed by someone else meanwhile. Read it again first.")
    if duty.ended_by_id is not None:
        raise DomainError(f"{duty} no longer applies since {duty.ended_by}.")


def say(
    duty: Duty,
    to: DutyStatus,
    actor: User,
    event: str,
    transitions: Any = DUTY_TRANSITIONS,
    *,
    told: dict[str, Any] | None = None,
    **fields: Any,
) -> None:
    """Move a duty to a status, forget what another status had to say, and record it.

    What was met was to be checked again on a day; with it goes that day.
    """
    was = {"was": duty.status}
    said = NOTHING_SAID | ({"next_check_on": None} if duty.status == S.MET else {}) | fields
    bumped = {"row_version": F("row_version") + 1, "changed_at": timezone.now()}
    move(duty, to, transitions, **said, **bumped)
    duty.refresh_from_db(fields=["due_on"])  # the database works it out
    note(event, duty, actor, was | (told or {}))


def note(event: str, duty: Duty, actor: User, data: dict[str, Any]) -> None:
    """Record what happened to a duty, with what names it."""
    about = {"system": duty.system.ref, "duty": duty.obligation, "role": duty.role}
    about["article"] = duty.citation
    record(event, subject=duty, actor=actor, data=about | data, unit=duty.system.unit_id)
