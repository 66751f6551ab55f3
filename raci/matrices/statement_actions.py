"""Attesting what one answers for, and putting on record what stays as it is."""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from governance.accounts.access import may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.ledger.actions import Personal, record
from inventory.systems.actions import require_open
from inventory.systems.models import AISystem
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Attestation, Declaration, Matrix
from raci.matrices.rules import Declared, MatrixStatus
from raci.matrices.statements import answered_by


@transaction.atomic
def attest(matrix: Matrix, *, actor: User) -> Attestation:
    """Say that what one answers for in a matrix in force still holds; each speaks for themselves.

    Raises DomainError for a matrix that is not in force, and PermissionDenied for who is
    accountable for nothing in it.
    """
    if matrix.status != MatrixStatus.ACTIVE:
        raise DomainError(f"{matrix} is not in force.")
    if matrix.system:
        require_open(matrix.system)
    codes = answered_by(matrix, actor)
    if not codes:
        raise PermissionDenied("Only who is accountable for a row can confirm it.")
    said = Attestation.objects.create(matrix=matrix, person=actor, activities=codes)
    data = {"system": matrix.ref, "version": matrix.version, "rows": codes}
    record("matrix.attested", subject=matrix, actor=actor, data=data, unit=matrix.home.pk)
    return said


@transaction.atomic
def declare(
    system: AISystem,
    *,
    actor: User,
    rule: Declared,
    text: str,
    person: User | None = None,
    activity: str = "",
) -> Declaration:
    """Put on record a conflict of interest of a person, or a control in place of a separation.

    People declare their own conflicts; whoever assigns in the unit may do so for them. Raises
    DomainError when it says nothing, is not about what the rule is about, or is there already.
    """
    if not (rule == Declared.CONFLICT and person == actor):
        require(actor, Capability.ASSIGN, system.unit)
    require_open(system)
    _check(rule, person, activity, text)
    try:
        with transaction.atomic():
            row = Declaration.objects.create(
                system=system, rule=rule, person=person, activity=activity,
                text=text.strip(), declared_by=actor,
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("This is on record already. End that first to say it anew.") from error
    data = {
        "system": system.ref,
        "rule": str(rule),
        "activity": activity,
        "person": Personal(person.name) if person else None,
        "text": Personal(row.text),
    }
    record("declaration.made", subject=row, actor=actor, data=data, unit=system.unit_id)
    return row


def _check(rule: Declared, person: User | None, activity: str, text: str) -> None:
    if not text.strip():
        raise DomainError("Say what is to be on record.")
    if (rule == Declared.CONFLICT) != (person is not None):
        raise DomainError("A conflict is of a person; a control is of a row, or of all.")
    if activity and (rule == Declared.CONFLICT or activity not in catalogue().activities):
        raise DomainError(f"There is no control for {activity}.")


@transaction.atomic
def end_declaration(row: Declaration, *, actor: User) -> None:
    """End a declaration: what it was about is found again from now on.

    Raises DomainError when it has ended, and PermissionDenied unless the actor made it, is the
    person it is about, or assigns in the unit.
    """
    assigns = may(actor, Capability.ASSIGN, row.system.unit)
    if not assigns and actor not in (row.person, row.declared_by):
        raise PermissionDenied("Whoever put it on record, or assigns here, can end it.")
    require_open(row.system)
    if not Declaration.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=now()):
        raise DomainError("It has ended already.")
    data = {"system": row.system.ref, "rule": row.rule, "activity": row.activity}
    record("declaration.ended", subject=row, actor=actor, data=data, unit=row.system.unit_id)
