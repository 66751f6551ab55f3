"""What needs a person today, worked out from the rows as they are now."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    Q,
    Value,
    When,
)
from django.db.models.functions import Greatest
from django.utils import timezone

from governance.accounts.access import live_memberships, units_with
from governance.accounts.models import User
from governance.accounts.rules import CAPABILITIES, Capability, Role
from governance.audit_packs.models import EvidencePack
from governance.audit_packs.rules import PackStatus
from governance.classification.models import Assessment, FactRequest
from governance.classification.queries import engine, facts_changed_since, facts_from
from governance.overview.portfolio import Portfolio
from governance.overview.register_filters import LACKS
from governance.overview.register_state import Gap
from inventory.systems.models import AISystem
from inventory.systems.rules import Stage
from inventory.vendors.models import Agreement
from inventory.vendors.rules import LEAST_WARNING_DAYS
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus

MOST_OF_A_KIND = 20
MOST_ENDS = 200
PACK_IS_NEWS_DAYS = 30
LIVE = [("stage", stage.value) for stage in Stage if stage != Stage.RETIRED]
# What many systems may lack: who can mend it, icon, title, note.
LACKING = {
    Gap.TIER: (Capability.CLASSIFY, "scale", "Classify {}", "no signed tier"),
    Gap.OWNER: (Capability.EDIT, "user-round-check", "Name an owner for {}", ""),
    Gap.MATRIX: (Capability.ASSIGN, "grid-3x3", "Say who answers for {}", "no RACI in force"),
}


Can = Callable[[int, Capability], bool]  # whether the person may do this in the unit
RunningOut = Any  # an Agreement with `covers`, its systems, and `kept`, whether by the person


@dataclass(frozen=True)
class Need:
    """One thing to do: where, about what, and until when or since when."""

    icon: str
    title: str
    action: str
    url: str
    subject: str = ""
    note: str = ""
    tier: str | None = None
    has_tier: bool = False
    due: date | None = None
    since: datetime | None = None
    is_late: bool = False  # also where the day alone does not tell

    def is_overdue(self, today: date) -> bool:
        """Return whether its time is over."""
        return self.is_late or (self.due is not None and self.due < today)

    def urgency(self) -> tuple[int, date, datetime]:
        """Return the order: overdue and due first, then what waits longest, then the rest."""
        never = datetime.max.replace(tzinfo=timezone.get_default_timezone())
        return (
            0 if self.due else 1 if self.since else 2,
            self.due or date.max,
            self.since or never,
        )


def needs(
    user: User, abilities: frozenset[Capability], counted: Portfolio, ends: Iterable[RunningOut]
) -> list[Need]:
    """Return what needs the person, most urgent first; at most one query for each kind.

    A role that lets somebody act in a unit lets them see it, so the kinds ask for that alone.
    """
    can = _ability(user, counted)
    found = [*_packs(user), *_questions(user), *_own_systems(user), *_open_systems(counted, can)]
    found += _agreements(ends)
    if Capability.CLASSIFY in abilities:
        units = [unit for unit in counted.paths if can(unit, Capability.CLASSIFY)]
        found += [*_changed_facts(units), *_other_pack(units)]
    if Capability.ASSIGN in abilities:
        found += _drafts(user)
    return sorted(found, key=Need.urgency)


def _ability(user: User, counted: Portfolio) -> Can:
    """Return a function that says what the person may do in a unit; one query."""
    held = live_memberships(user).order_by().values_list("unit_id", "role")
    roles = [(unit, CAPABILITIES[Role(role)]) for unit, role in held]

    def can(unit: int, capability: Capability) -> bool:
        path = counted.paths.get(unit, [])
        return any(at in path and capability in able for at, able in roles)

    return can


def running_out(user: User) -> list[RunningOut]:
    """Return agreements that have run out or whose warning time has begun, soonest first."""
    today = timezone.localdate()
    warned = Greatest(Value(LEAST_WARNING_DAYS), F("notice_days") + 30)
    keeps = Q(unit__in=units_with(user, Capability.AGREE).values("pk"))
    rows = Agreement.objects.visible_to(user).filter(
        ended_on__isnull=True,
        signed_on__lte=today,
        effective_from__lte=today,
        expires_on__lte=Value(today) + warned * timedelta(days=1),
    )
    kept = Case(When(keeps, then=True), default=False, output_field=BooleanField())
    rows = rows.annotate(covers=Count("systems"), kept=kept).select_related("vendor")
    return list(rows.order_by("expires_on", "pk")[:MOST_ENDS])


def _agreements(ends: Iterable[RunningOut]) -> Iterable[Need]:
    """Yield those of the agreements that the person keeps."""
    for agreement in [row for row in ends if row.kept][:MOST_OF_A_KIND]:
        assert agreement.expires_on is not None  # noqa: S101 - filtered in running_out
        over = agreement.expires_on < timezone.localdate()
        yield Need(
            icon="handshake",
            title=f"{'Replace' if over else 'Renew'} the {agreement.kind}",
            action="Open",
            url=f"/agreements/{agreement.ref}/",
            subject=str(agreement.vendor),
            note=_systems(agreement.covers, "covers") if agreement.covers else "covers no system",
            due=agreement.expires_on,
        )


def _changed_facts(units: list[int]) -> Iterable[Need]:
    """Yield systems of these units whose answers are others than those that were signed.

    The units come as plain ids: of a subquery the database expects a handful of rows, and
    looks every system up one by one.
    """
    rows = (
        Assessment.objects.current()
        .filter(
            system__unit__in=units,
            system__fact_sheet__changed_at__gt=F("signed_at"),
        )
        .select_related("system__fact_sheet")
    )
    for signed in rows.order_by("system__fact_sheet__changed_at")[:MOST_OF_A_KIND]:
        system, sheet = signed.system, signed.system.fact_sheet
        if facts_changed_since(signed, facts_from(system, sheet)):
            yield Need(
                icon="scale",
                title="Sign the classification again",
                action="Classify",
                url=f"/systems/{system.ref}/classify/",
                subject=system.name,
                note="facts changed since signing",
                tier=signed.tier,
                has_tier=True,
                since=sheet.changed_at,
            )


def _other_pack(units: list[int]) -> Iterable[Need]:
    """Yield one line for the classifications that rest on another rule pack than today's."""
    rows = Assessment.objects.current().exclude(pack_version=engine().pack.version)
    live = rows.filter(system__unit__in=units).exclude(system__stage=Stage.RETIRED)
    if count := live.count():
        yield Need(
            icon="scale",
            title=f"Sign {count:,} classification{'' if count == 1 else 's'} again",
            action="Choose",
            url="/classification/?show=changed",
            note="another rule pack since signing",
        )


def _drafts(user: User) -> Iterable[Need]:
    """Yield matrices that are drawn up but not in force."""
    rows = Matrix.objects.filter(
        status=MatrixStatus.DRAFT, system__unit__in=units_with(user, Capability.ASSIGN)
    )
    for matrix in rows.select_related("system").order_by("created_at", "pk")[:MOST_OF_A_KIND]:
        system = matrix.system
        assert system is not None  # noqa: S101 - filtered above
        yield Need(
            icon="grid-3x3",
            title="Put the RACI matrix into force",
            action="Open",
            url=f"/systems/{system.ref}/raci/",
            subject=system.name,
            note=f"draft {matrix.version}",
            since=matrix.created_at,
        )


def _packs(user: User) -> Iterable[Need]:
    """Yield packs the person asked for that are ready and not fetched, or that failed."""
    recent = timezone.now() - timedelta(days=PACK_IS_NEWS_DAYS)
    rows = EvidencePack.objects.filter(requested_by=user, requested_at__gte=recent)
    ready = Q(status=PackStatus.SEALED) & ~Q(downloads__user=user)
    rows = rows.filter(ready | Q(status=PackStatus.FAILED)).order_by("-pk")
    for pack in rows[:MOST_OF_A_KIND]:
        sealed = pack.status == PackStatus.SEALED
        yield Need(
            icon="file-archive",
            title=f"{'Download' if sealed else 'Look at'} evidence pack {pack.ref}",
            action="Open",
            url=f"/packs/{pack.ref}/",
            subject=_systems(pack.total),
            note="sealed" if sealed else "could not be built",
            since=pack.sealed_at or pack.requested_at,
        )


def _open_systems(counted: Portfolio, can: Can) -> Iterable[Need]:
    """Yield one line for each thing that many systems lack: tier, owner, matrix."""
    for gap, (capability, icon, title, note) in LACKING.items():
        count = sum(
            number for unit, number in counted.lacking[gap].items() if can(unit, capability)
        )
        if count:
            url = f"/systems/?{urlencode([('gaps', gap.value), *LIVE])}"
            yield Need(icon, title.format(_systems(count)), "Choose", url, note=note)


def _questions(user: User) -> Iterable[Need]:
    """Yield the questions put to the person that wait for an answer."""
    rows = FactRequest.objects.waiting().filter(asked=user).visible_to(user)
    for row in rows.select_related("system", "asked_by")[:MOST_OF_A_KIND]:
        yield Need(
            icon="circle-help",
            title="Answer a question",
            action="Answer",
            url=f"/systems/{row.system.ref}/classify/{row.fact}/",
            subject=row.system.name,
            note=row.note or f"{row.asked_by} is not sure",
            due=row.due_on,
        )


def _own_systems(user: User) -> Iterable[Need]:
    """Yield the person's own systems that nobody has classified; questions are for the owner."""
    rows = AISystem.objects.visible_to(user).filter(owner=user).exclude(stage=Stage.RETIRED)
    rows = rows.filter(LACKS[Gap.TIER]()).order_by("created_at", "pk")
    for system in rows[:MOST_OF_A_KIND]:
        yield Need(
            icon="list-checks",
            title="Answer the questions for the classification",
            action="Answer",
            url=f"/systems/{system.ref}/classify/",
            subject=system.name,
            has_tier=True,
            since=system.created_at,
        )


def _systems(count: int, verb: str = "") -> str:
    words = f"{count:,} system{'' if count == 1 else 's'}"
    return f"{verb} {words}".strip()
