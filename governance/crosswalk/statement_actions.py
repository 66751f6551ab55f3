"""Saying by hand what shows a control that no table here records, and taking it back."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from governance.accounts.access import in_turn, may, require
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError
from governance.crosswalk.models import Statement
from governance.crosswalk.reading import catalogue
from governance.evidence.keeping import check_content, content_of, put_away
from governance.ledger.actions import record
from inventory.systems.actions import may_edit, require_edit, require_still_open
from inventory.systems.models import AISystem

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Subject:
    """What a statement is about: a control, for one system or for all."""

    control: str
    system: AISystem | None = None


@dataclass(frozen=True)
class Content:
    """What is attached: a file or a link."""

    upload: File | None = None
    link: str = ""


@transaction.atomic
def state(
    about: Subject, *, actor: User, said: str, content: Content, review_on: date
) -> Statement:
    """Sign what shows a control, with a file or a link, until a day of review within a year.

    Raises PermissionDenied unless the actor may change the system, or for all systems signs
    classifications in the whole organisation. Raises DomainError for a control that there is
    not, that the registry shows by itself, or that is the organisation's while a system is named;
    without words, without exactly one of file and link, for a day out of that year, for a
    retired system, and for what the actor signed already.
    """
    in_turn(actor)
    if about.system is None:
        require(actor, Capability.CLASSIFY, None)
    else:
        require_edit(actor, about.system)
        require_still_open(about.system)
    _check(about, said, review_on, timezone.localdate())
    check_content(content.upload, content.link)
    row = Statement(
        control=about.control,
        system=about.system,
        said=said.strip(),
        signed_by=actor,
        signed_at=timezone.now(),
        review_on=review_on,
        **(content_of(content.upload) if content.upload else {"link": content.link}),
    )
    _refuse_twice(row)
    if content.upload:
        put_away(content.upload, row.file, f"statements/{about.control}")
    row.save(force_insert=True)
    record("control.stated", subject=row, actor=actor, data=_told(row), unit=_unit(row))
    return row


@transaction.atomic
def withdraw_statement(row: Statement, *, actor: User, reason: str) -> None:
    """Let a statement count no more; it stays readable, with the reason.

    Raises PermissionDenied unless the actor signed it or might have, and DomainError without a
    reason or when somebody was first.
    """
    if not may_withdraw(actor, row):
        raise PermissionDenied(f"Only who might have signed {row.ref} withdraws it.")
    if not reason.strip():
        raise DomainError("Say why it counts no more: an auditor will read it.")
    standing = Statement.objects.filter(pk=row.pk, withdrawn_at__isnull=True)
    said = {"withdrawn_by": actor, "withdrawn_because": reason.strip()}
    if not standing.update(withdrawn_at=timezone.now(), **said):
        raise DomainError(f"{row.ref} was withdrawn already.")
    data = _told(row) | {"reason": reason.strip()}
    record("control.statement_withdrawn", subject=row, actor=actor, data=data, unit=_unit(row))


def may_state(user: User, system: AISystem | None) -> bool:
    """Return whether the person may sign about this system, or about all."""
    return may(user, Capability.CLASSIFY, None) if system is None else may_edit(user, system)


def may_withdraw(user: User, row: Statement) -> bool:
    """Return whether the person may withdraw the statement: who signed it, or might have."""
    return row.signed_by_id == user.pk or may_state(user, row.system)


def _check(about: Subject, said: str, review_on: date, today: date) -> None:
    control = catalogue().controls.get(about.control)
    if control is None:
        raise DomainError(f"There is no control {about.control}.")
    if not control.takes_statements:
        raise DomainError(f"{about.control} is shown by the registry itself.")
    if control.once and about.system:
        raise DomainError(f"{about.control} is the organisation's: it is told for all systems.")
    if not said.strip():
        raise DomainError("Say what is in place, and how the file or link shows it.")
    if not today <= review_on <= today + LONGEST:
        raise DomainError("The day of review lies within a year from today.")


def _refuse_twice(row: Statement) -> None:
    alike = ("control", "system", "said", "signed_by", "link", "sha256")
    same = Statement.objects.standing().filter(**{name: getattr(row, name) for name in alike})
    if signed := same.first():
        raise DomainError(f"You signed this already: {signed.ref}.")


def _told(row: Statement) -> dict[str, object]:
    content = {"sha256": row.sha256, "bytes": row.size_bytes, "file": row.file_name}
    return {
        "control": row.control,
        "system": row.system.ref if row.system else "all systems",
        "said": row.said,
        "review_on": row.review_on.isoformat(),
        **(content if row.sha256 else {"link": row.link}),
    }


def _unit(row: Statement) -> int | None:
    return row.system.unit_id if row.system else None
