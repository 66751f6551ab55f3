"""What runs and must be looked after: conditions, emergencies, suspensions, models that end."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef
from django.urls import reverse

from governance.approvals.lifecycle import ENDED, LIVE, State
from governance.approvals.models import Condition, Release
from governance.approvals.standing import MAY_RUN
from governance.escalation.sources.approvals import in_parts, voices
from governance.escalation.sources.facts import CHUNK, Asking, Fact, of_system, owner_of
from inventory.systems.models import ModelVersion
from inventory.systems.rules import Stage

OVER = ENDED | {State.SUPERSEDED, State.ROLLED_BACK, State.EXPIRED}


def conditions(asking: Asking) -> Iterator[Fact]:
    """Yield conditions of approvals that nobody has met."""
    rows = Condition.objects.filter(met_at__isnull=True, due_on__lte=asking.last_day)
    rows = rows.exclude(release__status__in=OVER).order_by()
    for row in rows.select_related("release__version", "release__system").iterator(CHUNK):
        release = row.release
        yield Fact(
            subject=f"{release.ref}/{row.pk}",
            title=f"Meet a condition of {release.version.label} of {release.system.name}",
            url=reverse("approvals:update", args=[release.ref]) + "#conditions",
            due=row.due_on,
            own=(row.owner_id,),
            **of_system(release.system),
        )


def emergencies(asking: Asking) -> Iterator[Fact]:
    """Yield what went live in an emergency and must be reviewed afterwards."""
    rows = Release.objects.filter(status=State.EMERGENCY_ACTIVE).with_all().order_by()
    for part in in_parts(rows.iterator(CHUNK)):
        known = voices(part)
        for row in part:
            yield Fact(
                subject=row.ref,
                title=f"Review the emergency release {row.version.label} of {row.system.name}",
                url=reverse("approvals:update", args=[row.ref]),
                since=row.activated_at,
                own=known.missing(row, asking),
                **of_system(row.system),
            )


def suspended(asking: Asking) -> Iterator[Fact]:
    """Yield what is suspended while nothing else runs in its place."""
    same = {name: OuterRef(name) for name in ("system", "environment", "task")}
    running = Release.objects.filter(status__in=LIVE, **same)
    rows = Release.objects.filter(~Exists(running), status=State.SUSPENDED)
    rows = rows.exclude(system__stage=Stage.RETIRED).with_all().order_by()
    for row in rows.iterator(CHUNK):
        yield Fact(
            subject=row.ref,
            title=f"Resume {row.version.label} of {row.system.name}, or go back",
            url=reverse("approvals:update", args=[row.ref]),
            since=row.suspended_at,
            own=(*((row.assigned_to_id,) if row.assigned_to_id else ()), *owner_of(row.system)),
            **of_system(row.system),
        )


def retiring(asking: Asking) -> Iterator[Fact]:
    """Yield versions that run or may run, whose model the provider takes away."""
    used = Release.objects.filter(version=OuterRef("pk"), status__in=MAY_RUN | {State.SUSPENDED})
    rows = (
        ModelVersion.objects.filter(Exists(used), provider_retires_on__lte=asking.last_day)
        .exclude(system__stage=Stage.RETIRED)
        .select_related("system")
        .order_by()
    )
    for row in rows.iterator(CHUNK):
        yield Fact(
            subject=str(row.pk),
            title=f"{row.provider} takes {row.model_id} of {row.system.name} away"[:300],
            url=reverse("approvals:history", args=[row.system.ref]),
            due=row.provider_retires_on,
            own=owner_of(row.system),
            **of_system(row.system),
        )
