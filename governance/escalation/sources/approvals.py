"""Updates that wait for a decision, approvals and waivers that end."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from governance.approvals.models import Review, Waiver
from governance.approvals.rules import ReviewStatus
from governance.classification.models import Assessment
from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from inventory.systems.models import VersionContributor
from inventory.systems.rules import Stage
from raci.matrices.queries import accountables

DECIDES = "CHG-01"
TOGETHER = 500  # systems whose matrices are read at once
LEFT_OUT = (ReviewStatus.REJECTED, ReviewStatus.WITHDRAWN)
T = TypeVar("T")


def _parts(rows: Iterable[T]) -> Iterator[list[T]]:
    found = iter(rows)
    while part := list(islice(found, TOGETHER)):
        yield part


def waiting(asking: Asking) -> Iterator[Fact]:
    """Yield proposed updates; who decides is accountable and has no part in the version."""
    rows = Review.objects.filter(status=ReviewStatus.SUBMITTED).with_all().order_by()
    for part in _parts(rows.iterator(CHUNK)):
        owners = accountables([row.version.system for row in part], DECIDES)
        made_by = _makers(row.version_id for row in part)
        for row in part:
            system = row.version.system
            decider = owners.get(system.pk)
            involved = {row.submitted_by_id, *made_by.get(row.version_id, ())}
            may = decider is not None and decider.pk not in involved
            yield Fact(
                subject=row.ref,
                title=f"Decide on {row.version.label} of {system.name}",
                url=reverse("approvals:update", args=[row.ref]),
                since=row.submitted_at,
                own=(decider.pk,) if may and decider else (),
                **of_system(system),
            )


def _makers(versions: Iterable[int]) -> dict[int, set[int]]:
    rows = VersionContributor.objects.filter(version__in=list(versions)).order_by()
    found: dict[int, set[int]] = {}
    for version, person in rows.values_list("version_id", "user_id"):
        found.setdefault(version, set()).add(person)
    return found


def ends(asking: Asking) -> Iterator[Fact]:
    """Yield the version approved last of each living system; its tier says how long that holds."""
    least = min((lasts.least_days for lasts in asking.kind.lasts.values()), default=0)
    signed = Assessment.objects.current().filter(system=OuterRef("version__system"))
    rows = (
        Review.objects.filter(status=ReviewStatus.APPROVED)
        .exclude(version__system__stage=Stage.RETIRED)
        .filter(~Exists(_later()), decided_at__lte=asking.began_by(least))
        .annotate(tier=Subquery(signed.values("tier")[:1]))
        .select_related("version__system")
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        system = row.version.system
        yield Fact(
            subject=row.ref,
            title=f"The approval of {row.version.label} of {system.name} ends",
            url=reverse("approvals:history", args=[system.ref]),
            since=row.decided_at,
            own=owner_of(system),
            tier=row.tier or "other",
            **of_system(system),
        )


def _later() -> QuerySet[Review]:
    after = Q(decided_at__gt=OuterRef("decided_at"))
    same = Q(decided_at=OuterRef("decided_at"), pk__gt=OuterRef("pk"))
    approved = Review.objects.filter(status=ReviewStatus.APPROVED)
    return approved.filter(after | same, version__system=OuterRef("version__system"))


def waivers(asking: Asking) -> Iterator[Fact]:
    """Yield the longest waiver of each version that runs, is proposed or may be."""
    longer = Waiver.objects.filter(version=OuterRef("version"), digest=OuterRef("digest")).filter(
        Q(ends_on__gt=OuterRef("ends_on")) | Q(ends_on=OuterRef("ends_on"), pk__gt=OuterRef("pk"))
    )
    replaced = Review.objects.filter(
        status=ReviewStatus.APPROVED,
        version__system=OuterRef("version__system"),
        decided_at__gt=OuterRef("granted_at"),
    ).exclude(version=OuterRef("version"))
    left = Review.objects.filter(version=OuterRef("version"), status__in=LEFT_OUT)
    alive = Review.objects.filter(version=OuterRef("version")).exclude(status__in=LEFT_OUT)
    rows = (
        Waiver.objects.filter(digest=F("version__digest"), ends_on__lte=asking.last_day)
        .exclude(version__system__stage=Stage.RETIRED)
        .filter(~Exists(longer), ~Exists(replaced), ~Exists(left) | Exists(alive))
        .select_related("version__system")
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        system = row.version.system
        yield Fact(
            subject=str(row.version_id),
            title=f"The waiver for {row.version.label} of {system.name} ends",
            url=reverse("approvals:history", args=[system.ref]),
            due=row.ends_on,
            own=(*owner_of(system), row.granted_by_id),
            **of_system(system),
        )
