"""Reading what stands behind a duty, what stood there once, and what could."""

from datetime import date
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.evidence.models import EvidenceItem, EvidenceQuerySet
from governance.evidence.queries import Listed, listed
from governance.obligations.models import Duty, Proof


def evidence_for(duty: Duty, today: date) -> list[Listed]:
    """Return the evidence behind a duty, what counts first."""
    rows = evidence_behind(duty)
    return listed(rows.select_related("system", "added_by", "withdrawn_by"), today)


def taken_away(duty: Duty) -> list[Proof]:
    """Return what stood behind a duty once and was taken away, the newest first."""
    rows = Proof.objects.filter(duty=duty, detached_at__isnull=False).order_by("-detached_at")
    return list(rows.select_related("item__system", "detached_by"))


def who_let_go(duty: Duty) -> User:
    """Return who withdrew the last evidence behind a duty, or added it with its last day."""
    rows = Proof.objects.filter(duty=duty).select_related("item__withdrawn_by", "item__added_by")
    last = max(rows, key=_gone_on)
    return last.detached_by or last.item.withdrawn_by or last.item.added_by


def _gone_on(proof: Proof) -> date:
    """Return the day after which a proof that does not stand any more stood."""
    item = proof.item
    moments = [moment for moment in (proof.detached_at, item.withdrawn_at) if moment]
    days = [timezone.localdate(moment) for moment in moments]
    return min([*days, *([item.valid_until] if item.valid_until else [])], default=date.min)


def evidence_left(duty: Duty, today: date) -> Any:
    """Return the system's evidence that counts and does not stand behind the duty yet."""
    items = EvidenceItem.objects.filter(system=duty.system_id).standing(today)
    return items.exclude(pk__in=_items_behind(duty))


def evidence_behind(duty: Duty) -> EvidenceQuerySet:
    """Return the evidence that somebody put behind a duty and nobody took away."""
    return EvidenceItem.objects.filter(pk__in=_items_behind(duty))


def _items_behind(duty: Duty) -> Any:
    return Proof.objects.attached().filter(duty=duty).values("item")
