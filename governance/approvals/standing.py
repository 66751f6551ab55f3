"""Which release of a system counts in production: what runs, else what may."""

from collections.abc import Iterable

from django.db.models import Case, IntegerField, QuerySet, Value, When

from governance.approvals.lifecycle import APPROVED, LIVE, RUNNING, Environment, State
from governance.approvals.models import Release, Vote
from inventory.systems.models import AISystem, ModelVersion

MAY_RUN = APPROVED | LIVE | {State.SCHEDULED}  # approved, and not ended
ORDER = (RUNNING, {State.CANARY}, {State.SCHEDULED}, APPROVED)  # what counts first


def holding(environment: str = Environment.PROD) -> QuerySet[Release]:
    """Return the releases that run or may run in an environment, in no order."""
    return Release.objects.filter(status__in=MAY_RUN, environment=environment).order_by()


def standing(systems: Iterable[int]) -> dict[int, Release]:
    """Return system id → the release that counts in production, in one query.

    What runs counts before a canary, and that before what is scheduled or approved; of two the
    newer. The release comes with its version.
    """
    ranks = [When(status__in=sorted(states), then=at) for at, states in enumerate(ORDER)]
    rows = (
        holding()
        .filter(system__in=list(systems))
        .annotate(rank=Case(*ranks, default=Value(len(ORDER)), output_field=IntegerField()))
        .order_by("system_id", "rank", "-decided_at", "-pk")
        .distinct("system_id")
        .select_related("version")
    )
    return {release.system_id: release for release in rows}


def current_versions(systems: Iterable[int]) -> dict[int, ModelVersion]:
    """Return system id → the version that runs in production, else the approved one."""
    return {pk: release.version for pk, release in standing(systems).items()}


def current_version(system: AISystem) -> ModelVersion | None:
    """Return the version that runs in production, else the approved one; None for neither."""
    return current_versions([system.pk]).get(system.pk)


def approvers_of(releases: Iterable[int]) -> dict[int, list[str]]:
    """Return release id → the names of all whose yes counts, in the order of their votes."""
    found: dict[int, list[str]] = {}
    rows = Vote.objects.filter(release__in=list(releases), yes=True, void_at__isnull=True).order_by(
        "at", "pk"
    )
    for pk, name in rows.values_list("release_id", "person__name"):
        names = found.setdefault(pk, [])
        if name not in names:
            names.append(name)
    return found
