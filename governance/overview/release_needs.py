"""What releases need of a person: decisions, evidence, conditions, what stands still or ends."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals.lifecycle import ENDED, LIVE, OPEN, State
from governance.approvals.models import Condition, Release
from governance.approvals.queue import waiting_for
from governance.classification.models import Assessment
from governance.common.dates import day_of
from governance.overview.needs import MOST_OF_A_KIND, Need

ENDS_SOON_DAYS = 60
ICON = "git-pull-request-arrow"


def release_needs(user: User) -> Iterator[Need]:
    """Yield what the person can do about releases; one query for each kind."""
    yield from _decisions(user)
    yield from _own(user)
    yield from _suspended(user)
    yield from _ending(user)
    yield from _conditions(user)


def _decisions(user: User) -> Iterable[Need]:
    signed = Assessment.objects.current().filter(system=OuterRef("system"))
    rows = waiting_for(user).select_related("version", "system", "submitted_by")
    for release in rows.annotate(tier=Subquery(signed.values("tier")))[:MOST_OF_A_KIND]:
        is_retro = release.state == State.EMERGENCY_ACTIVE
        label = release.version.label
        yield Need(
            icon=ICON,
            title=f"Review the emergency release of {label}" if is_retro
            else f"Decide on update {label}",
            action="Review",
            url=f"/updates/{release.ref}/",
            subject=release.system.name,
            note=f"for {release.place}, proposed by {release.submitted_by}",
            tier=release.tier,
            has_tier=True,
            due=day_of(release.emergency_until) if release.emergency_until else None,
            since=release.review_began_at or release.submitted_at,
        )  # fmt: skip


def _own(user: User) -> Iterable[Need]:
    """Yield the person's proposals that need evidence before anybody decides."""
    rows = Release.objects.filter(submitted_by=user, status__in=OPEN - {State.IN_REVIEW})
    for release in rows.select_related("version", "system")[:MOST_OF_A_KIND]:
        failed = release.state == State.DRAFT
        yield Need(
            icon="list-checks",
            title=f"{'Mend' if failed else 'Add the evidence for'} {release.version.label}",
            action="Open",
            url=f"/updates/{release.ref}/",
            subject=release.system.name,
            note="an evaluation failed" if failed else "nobody can decide yet",
            since=release.submitted_at,
        )


def _mine(user: User) -> Q:
    """Return the releases that a person answers for: by name, as owner, or by role."""
    units = units_with(user, Capability.APPROVE).values("pk")
    return Q(assigned_to=user) | Q(system__owner=user) | Q(system__unit__in=units)


def _suspended(user: User) -> Iterable[Need]:
    rows = Release.objects.filter(_mine(user), status=State.SUSPENDED)
    for release in rows.select_related("version", "system").order_by("suspended_at", "pk")[
        :MOST_OF_A_KIND
    ]:
        yield Need(
            icon="triangle-alert",
            title=f"{release.version.label} is suspended: resume it or go back",
            action="Open",
            url=f"/updates/{release.ref}/",
            subject=release.system.name,
            note=release.place,
            since=release.suspended_at,
        )


def _ending(user: User) -> Iterable[Need]:
    """Yield what runs and may run on only if it is approved again soon."""
    soon = timezone.now() + timedelta(days=ENDS_SOON_DAYS)
    rows = Release.objects.filter(_mine(user), status__in=LIVE, valid_until__lte=soon)
    for release in rows.select_related("version", "system").order_by("valid_until", "pk")[
        :MOST_OF_A_KIND
    ]:
        yield Need(
            icon="hourglass",
            title=f"Recertify {release.version.label}",
            action="Open",
            url=f"/updates/{release.ref}/",
            subject=release.system.name,
            note=f"its approval for {release.place} ends",
            due=day_of(release.valid_until) if release.valid_until else None,
        )


def _conditions(user: User) -> Iterable[Need]:
    rows = Condition.objects.filter(owner=user, met_at__isnull=True).exclude(
        release__status__in=ENDED | {State.SUPERSEDED, State.ROLLED_BACK}
    )
    for row in rows.select_related("release__version", "release__system")[:MOST_OF_A_KIND]:
        yield Need(
            icon="list-checks",
            title=f"Meet a condition of {row.release.version.label}",
            action="Open",
            url=f"/updates/{row.release.ref}/#conditions",
            subject=row.release.system.name,
            note="before it goes live" if row.blocking else "after it went live",
            due=row.due_on,
        )
