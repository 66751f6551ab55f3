"""Who is asked to act for somebody, and what nobody answers for."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from governance.accounts.access import units_with
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.common.dates import day_of
from governance.overview.needs import MOST_OF_A_KIND, Need
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage
from raci.matrices.asking import Asked, asked_about
from raci.matrices.models import Party
from raci.matrices.resolution import Through
from raci.matrices.rules import MatrixStatus, PartyKind
from raci.people.models import Delegation
from raci.people.rules import DelegationStatus
from raci.people.vocabulary import vocabulary


def asked_to_act(user: User) -> Iterable[Need]:
    """Yield delegations that wait for the person's answer."""
    rows = Delegation.objects.open().filter(taker=user, status=DelegationStatus.PROPOSED)
    for row in rows.select_related("giver").order_by("starts_at", "pk")[:MOST_OF_A_KIND]:
        yield Need(
            icon="handshake",
            title=f"Say whether you act for {row.giver}",
            action="Answer",
            url="/cover/",
            note=row.reason,
            due=day_of(row.starts_at),
        )


def unanswered(user: User) -> Iterable[Need]:
    """Yield systems of which nobody answers for something now; one query when all are there."""
    systems = list(_with_somebody_gone(user))
    asked = asked_about(systems) if systems else None
    for system in systems if asked else ():
        if codes := _gaps(system, asked):
            more = f" and {len(codes) - 1} more" if len(codes) > 1 else ""
            yield Need(
                icon="circle-alert",
                title="Find somebody who answers",
                action="Mend",
                url=f"/systems/{system.ref}/raci/",
                subject=system.name,
                note=f"nobody can be reached for {codes[0]}{more}",
                due=timezone.localdate(),
            )


def _with_somebody_gone(user: User) -> Iterable[AISystem]:
    """Return the person's systems in whose matrix somebody is away, has left or never was."""
    now = timezone.now()
    away = Q(
        person__absences__starts_at__lte=now,
        person__absences__ends_at__gt=now,
        person__absences__cancelled_at__isnull=True,
    )
    vacant = Q(kind=PartyKind.ROLE) & ~Q(roles__overlap=sorted(vocabulary().groups))
    gone = Party.objects.filter(
        away | Q(person__is_active=False) | vacant,
        matrix__system=OuterRef("pk"),
        matrix__status=MatrixStatus.ACTIVE,
    )
    mine = Q(owner=user) | Q(unit__in=units_with(user, Capability.ASSIGN).values("pk"))
    rows = AISystem.objects.filter(mine, Exists(gone)).exclude(stage=Stage.RETIRED)
    return rows.select_related("unit", "owner").order_by("pk")[:MOST_OF_A_KIND]


def _gaps(system: AISystem, asked: Asked | None) -> list[str]:
    """Return the activities of a system that nobody answers for now."""
    if asked is None:
        return []
    now = timezone.now()
    version = asked.subjects[system.pk].version_at(now)
    codes = sorted(version.rows) if version else []
    return [
        code
        for code in codes
        if asked.world.activities[code].mandatory
        and asked.who(system.pk, code, now).through == Through.GAP
    ]
