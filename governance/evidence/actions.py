"""Adding evidence and withdrawing it: nothing is ever deleted, everything is recorded."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone

from governance.accounts.models import User
from governance.common.errors import DomainError
from governance.evidence.keeping import check_content, content_of, put_away
from governance.evidence.models import EvidenceItem
from governance.evidence.rules import days_out_of_order
from governance.ledger.actions import record
from inventory.systems.actions import may_answer, may_edit, require_edit, require_open
from inventory.systems.models import AISystem


@transaction.atomic
def add_evidence(
    system: AISystem,
    *,
    title: str,
    actor: User,
    upload: File | None = None,
    link: str = "",
    **about: Any,
) -> EvidenceItem:
    """Keep a file or a link about a system and return it; `about` is note and days.

    Raises PermissionDenied unless the actor may change the system; see `keep_evidence`.
    """
    require_edit(actor, system)
    return keep_evidence(system, title=title, actor=actor, upload=upload, link=link, **about)


@transaction.atomic
def keep_evidence(
    system: AISystem,
    *,
    title: str,
    actor: User,
    upload: File | None = None,
    link: str = "",
    **about: Any,
) -> EvidenceItem:
    """Keep a file or a link of an actor whose right to it the caller has looked at.

    A stage above knows who is accountable for what; here nobody does. A file that the system has
    already is not kept twice: the item that stands is returned. Raises DomainError for a retired
    system, for neither or both of file and link, an empty or too large file, a link that is not
    https, or days out of order.
    """
    require_open(system)
    _check(title, upload, link, about)
    locked = AISystem.objects.select_for_update(no_key=True).get(pk=system.pk)
    content = content_of(upload) if upload else {"link": link}
    if upload and (known := _known(locked, content["sha256"])):
        return known
    item = EvidenceItem(
        ref=_next_ref(), system=locked, title=title.strip(), added_by=actor, **content, **about
    )
    if upload:
        put_away(upload, item.file, f"evidence/{locked.ref}")
    item.added_at = timezone.now()
    item.save(force_insert=True)
    record("evidence.added", subject=item, actor=actor, data=_told(item), unit=system.unit_id)
    return item


@transaction.atomic
def withdraw_evidence(item: EvidenceItem, *, reason: str, actor: User) -> None:
    """Let an item count no more; it stays readable, with the reason.

    Raises PermissionDenied unless the actor may change the system or added the item, and
    DomainError without a reason or when somebody withdrew it already.
    """
    require_withdrawal(actor, item)
    if not reason.strip():
        raise DomainError("Say why it counts no more: an auditor will read it.")
    standing = EvidenceItem.objects.filter(pk=item.pk, withdrawn_at__isnull=True)
    said = {"withdrawn_by": actor, "withdrawn_because": reason.strip()}
    if not standing.update(withdrawn_at=timezone.now(), **said):
        raise DomainError(f"{item.ref} was withdrawn already.")
    item.refresh_from_db()
    data = {"system": item.system.ref, "reason": reason.strip(), "sha256": item.sha256}
    record("evidence.withdrawn", subject=item, actor=actor, data=data, unit=item.system.unit_id)


def may_withdraw(user: User, item: EvidenceItem) -> bool:
    """Return whether the person may withdraw the item: who may change the system, or added it."""
    if may_edit(user, item.system):
        return True
    return item.added_by_id == user.pk and may_answer(user, item.system)


def require_withdrawal(user: User, item: EvidenceItem) -> None:
    """Raise PermissionDenied, in words, unless the person may withdraw the item."""
    if not may_withdraw(user, item):
        raise PermissionDenied(
            f"Only who may change {item.system}, or added {item.ref}, withdraws it."
        )


def _check(title: str, upload: File | None, link: str, about: dict[str, Any]) -> None:
    if not title.strip():
        raise DomainError("Say in a few words what this shows.")
    check_content(upload, link)
    if days_out_of_order(about.get("observed_from"), about.get("observed_until")):
        raise DomainError("The period it shows ends before it begins.")


def _known(system: AISystem, sha256: str) -> EvidenceItem | None:
    same = EvidenceItem.objects.filter(system=system, sha256=sha256, withdrawn_at__isnull=True)
    return same.select_related("system").first()


def _told(item: EvidenceItem) -> dict[str, Any]:
    """Return what the record keeps of an item; the digest is what proves the content later."""
    content = {"sha256": item.sha256, "bytes": item.size_bytes, "file": item.file_name}
    days = {name: _iso(getattr(item, name)) for name in DAYS}
    return {
        "system": item.system.ref,
        "title": item.title,
        **(content if item.sha256 else {"link": item.link}),
        **{name: day for name, day in days.items() if day},
    }


DAYS = ("observed_from", "observed_until", "valid_until")


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('evidence_ref')")
        row = cursor.fetchone()
    return f"EV-{row[0]:03d}"
