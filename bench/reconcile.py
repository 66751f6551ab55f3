"""How long it takes to bring 100,000 items in line with the tables, and the memory it needs.

Run: bench/run --only reconcile

2,000 systems with 50 obligations each, all due within 30 days. The first look opens an item for
each, the second finds nothing to change, the third comes after a tenth were put off and a tenth
set aside.
"""

import resource
import time
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bench import seed
from governance.accounts.models import User
from governance.classification.models import Assessment
from governance.escalation.kinds import kinds
from governance.escalation.queries import database_now
from governance.escalation.reconcile import Reconciled, reconcile
from governance.obligations.models import Duty
from inventory.systems.models import AISystem

DUTIES = 50  # of a system
AIM_SECONDS = 300.0  # a look ends before the next one begins


def measure(items: int = 100_000) -> dict[str, Any]:
    """Return seconds of three looks, what they changed, and megabytes."""
    made = seed.found()
    seed.grow(made, items // DUTIES)
    _duties(items)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    before = _megabytes()
    first, opening = _timed()
    second, idle = _timed()
    _change()
    third, changing = _timed()
    return {
        "items": items,
        "opened": first.opened,
        "open_seconds": opening,
        "opened_per_second": round(first.opened / opening),
        "changed_by_second": second.opened + second.changed + second.resolved,
        "idle_seconds": idle,
        "aim_seconds": AIM_SECONDS,
        "moved": third.changed,
        "resolved": third.resolved,
        "change_seconds": changing,
        "megabytes_more": round(_megabytes() - before),
    }


def _duties(items: int) -> None:
    """Give the systems signed classifications and obligations that fall due."""
    systems = list(AISystem.objects.order_by("pk").select_related("owner")[: items // DUTIES])
    signer, now = User.objects.order_by("pk")[0], timezone.now()
    Assessment.objects.filter(system__in=systems, superseded_at=None).update(superseded_at=now)
    signed = Assessment.objects.bulk_create(
        (
            Assessment(
                system=system,
                number=1_000,
                tier="high",
                tier_enacted="high",
                facts={},
                facts_digest="0" * 64,
                pack_version="bench",
                result={},
                signed_by=signer,
                reason="for a measurement",
                signed_at=now,
            )
            for system in systems
        ),
        batch_size=1_000,
    )
    today = timezone.localdate()
    Duty.objects.bulk_create(
        (
            Duty(
                system=row.system,
                role="deployer",
                obligation=f"bench.{number}",
                assessment=row,
                told={"duty": "Do it.", "citation": ["Art 26(2)"], "applies_from": {}},
                applies_on=today + timedelta(days=number % 25),
            )
            for row in signed
            for number in range(DUTIES)
        ),
        batch_size=5_000,
    )


def _change() -> None:
    """Put a tenth off by two days, and take a tenth out of the classification."""
    rows = Duty.objects.filter(obligation__startswith="bench.")
    rows.filter(obligation__endswith="1").update(
        applies_on=timezone.localdate() + timedelta(days=2), row_version=2
    )
    for row in rows.filter(obligation__endswith="2").iterator():
        Duty.objects.filter(pk=row.pk).update(ended_by=row.assessment_id)


def _timed() -> tuple[Reconciled, float]:
    began = time.perf_counter()
    found = reconcile(database_now(), only=[kinds().by_code["duty_due"]])
    if found is None or found.failed:
        raise RuntimeError(f"It did not run: {found}")
    return found, round(time.perf_counter() - began, 1)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
