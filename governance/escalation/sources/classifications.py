"""Classifications that do not fit any more or are old, and questions put to people."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Greatest
from django.urls import reverse

from governance.classification.models import Assessment, FactRequest
from governance.classification.waiting import stale_assessments
from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from inventory.systems.rules import Stage

LEAN = ("pk", "number", "signed_at", "system__ref", "system__name", "system__unit_id")


def stale(asking: Asking) -> Iterator[Fact]:
    """Yield signed classifications that the facts of today, or the rule pack, contradict."""
    rows = stale_assessments().annotate(
        moved_at=Greatest("signed_at", "system__fact_sheet__changed_at")
    )
    for row in _lean(rows):
        yield _review(row, f"Sign the classification of {row.system.name} again", row.moved_at)


def reviews(asking: Asking) -> Iterator[Fact]:
    """Yield classifications by the day they were signed."""
    lasts = asking.kind.time_of()
    begun = asking.began_by(lasts.least_days if lasts else 0)
    for row in _lean(Assessment.objects.current().filter(signed_at__lte=begun)):
        yield _review(row, f"Read the classification of {row.system.name} again", row.signed_at)


def _lean(rows: QuerySet[Assessment]) -> Iterator[Any]:
    """Return the rows of living systems without what was signed, by far the largest part."""
    living = rows.exclude(system__stage=Stage.RETIRED).select_related("system").order_by()
    return living.only(*LEAN, "system__owner_id").iterator(CHUNK)


def _review(row: Assessment, title: str, since: datetime) -> Fact:
    system = row.system
    return Fact(
        subject=str(row.number),
        title=title,
        url=reverse("classification:review", args=[system.ref]),
        since=since,
        own=owner_of(system),
        **of_system(system),
    )


def questions(asking: Asking) -> Iterator[Fact]:
    """Yield questions put to people, by the day until which they were asked."""
    rows = FactRequest.objects.waiting().filter(due_on__lte=asking.last_day)
    living = rows.exclude(system__stage=Stage.RETIRED).select_related("system").order_by()
    for row in living.iterator(CHUNK):
        yield Fact(
            subject=str(row.pk),
            title=f"Answer a question about {row.system.name}",
            url=reverse("classification:review", args=[row.system.ref]),
            due=row.due_on,
            since=row.asked_at,
            own=(row.asked_id,),
            **of_system(row.system),
        )
