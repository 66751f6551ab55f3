"""The clock of Art. 73 and what is to be done. Pure: the law and the time come as arguments."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from governance.classification.law import Deadline

GENERAL, TWO_DAYS, DEATH = "art73.2", "art73.3", "art73.4"
INCOMPLETE, SECTORAL = "art73.5", "art73.9-10"
DEADLINES = (GENERAL, TWO_DAYS, DEATH, INCOMPLETE, SECTORAL)
FIRST_YEAR, LAST_YEAR = 1950, 9000


class Effect(StrEnum):
    """What makes an incident serious, Art. 3(49)."""

    DEATH = "death"
    HEALTH = "serious_health_harm"
    INFRASTRUCTURE = "critical_infrastructure_disruption"
    RIGHTS = "fundamental_rights_infringement"
    PROPERTY = "serious_property_or_environment_harm"


class Regime(StrEnum):
    """Whether another regime leaves Art. 73 only infringements of fundamental rights."""

    NONE = "none"
    EQUIVALENT = "equivalent"  # Annex III provider under an equivalent reporting regime
    DEVICE = "medical_device"  # MDR or IVDR


class IncidentStatus(StrEnum):
    OPEN = "open"
    REPORTED = "reported"
    COMPLETED = "completed"
    CLOSED = "closed"
    NOT_SERIOUS = "not_serious"


S = IncidentStatus
TRANSITIONS: dict[IncidentStatus, frozenset[IncidentStatus]] = {
    S.OPEN: frozenset({S.REPORTED, S.COMPLETED, S.CLOSED, S.NOT_SERIOUS}),
    S.REPORTED: frozenset({S.COMPLETED, S.CLOSED}),
    S.COMPLETED: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.NOT_SERIOUS: frozenset(),
}
OPEN_STATUSES = (S.OPEN, S.REPORTED, S.COMPLETED)


class ClockState(StrEnum):
    RUNNING = "running"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"  # reported, after the deadline
    NONE = "none"  # Art. 73 sets no day


@dataclass(frozen=True)
class Case:
    """What the clock depends on."""

    effects: frozenset[Effect]
    widespread: bool
    regime: Regime
    aware_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Due:
    """One deadline that applies: `ends_at` is the first moment after its last day."""

    id: str
    days: int
    trigger: str
    citation: tuple[str, ...]
    ends_at: datetime  # UTC

    def last_moment(self, zone: ZoneInfo) -> datetime:
        """Return the last minute in which a report is in time, in a zone."""
        return (self.ends_at - timedelta(minutes=1)).astimezone(zone)


@dataclass(frozen=True)
class Clock:
    """How the report stands against the deadlines at one moment."""

    state: ClockState
    dues: tuple[Due, ...]  # the governing one first
    reported_at: datetime | None
    now: datetime

    @property
    def due(self) -> Due | None:
        """Return the deadline that governs, None where Art. 73 sets no day."""
        return self.dues[0] if self.dues else None

    @property
    def left(self) -> timedelta:
        """Return the time to the deadline; negative when it has passed."""
        return self.due.ends_at - self.now if self.due else timedelta()

    @property
    def words(self) -> str:
        """Return how it stands, in words."""
        if self.due is None:
            return "no day set by Art. 73"
        if self.state in (ClockState.MET, ClockState.LATE) and self.reported_at:
            gap = self.due.ends_at - self.reported_at
            return "reported in time" if gap > timedelta() else f"reported {span(-gap)} late"
        return f"{span(self.left)} left" if self.left > timedelta() else f"{span(-self.left)} late"


def span(gap: timedelta) -> str:
    """Return a length of time as days and hours, below an hour as minutes."""
    minutes = int(gap.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "day"), (hours, "hour")] if minutes >= 60 else [(minutes, "minute")]
    told = [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in parts if number]
    return " ".join(told) or "less than a minute"


def is_reckoned(moment: datetime) -> bool:
    """Return whether a moment can be reckoned with in every zone, and is no slip of the hand."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def moment_in(naive: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the moment of a wall clock, None where the clock skipped it.

    Of an hour that came twice it is the first: the clock of Art. 73 then ends no later.
    """
    moment = naive.replace(tzinfo=zone, fold=0)
    there = moment.astimezone(UTC).astimezone(zone)
    return moment if there.replace(tzinfo=None) == naive else None


def ends_at(aware_at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the first moment after the last day, in UTC.

    Art. 73 says days and not how they are counted. Counted are calendar days of the zone: the
    day of awareness is day 0, and the last day counts to its end.
    """
    after = aware_at.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(after, time.min, zone).astimezone(UTC)


def left_to_article_73(case: Case) -> frozenset[Effect]:
    """Return the effects that Art. 73 still asks for; of others another regime decides."""
    if case.regime == Regime.NONE:
        return case.effects
    return case.effects & {Effect.RIGHTS}


def is_serious(effects: Collection[Effect], *, widespread: bool) -> bool:
    """Return whether any ground of Art. 73 is named."""
    return bool(effects) or widespread


def grounds(case: Case) -> tuple[str, ...]:
    """Return the ids of the deadlines whose trigger is there.

    A widespread infringement keeps its two days under another regime, too: the stricter reading.
    """
    effects = left_to_article_73(case)
    found = [GENERAL] if effects else []
    if Effect.DEATH in effects:
        found.append(DEATH)
    if case.widespread or Effect.INFRASTRUCTURE in effects:
        found.append(TWO_DAYS)
    return tuple(found)


def dues(case: Case, deadlines: Iterable[Deadline]) -> tuple[Due, ...]:
    """Return the deadlines that apply, the earliest first."""
    wanted = grounds(case)
    found = [
        Due(
            one.id, one.days, one.trigger, one.citation, ends_at(case.aware_at, one.days, case.zone)
        )
        for one in deadlines
        if one.id in wanted and one.days is not None
    ]
    return tuple(sorted(found, key=lambda due: (due.ends_at, due.id)))


def clock(
    case: Case, deadlines: Iterable[Deadline], *, reported_at: datetime | None, now: datetime
) -> Clock:
    """Return how the report stands; a report at the very end of the last day is in time."""
    found = dues(case, deadlines)
    if not found:
        return Clock(ClockState.NONE, (), reported_at, now)
    moment = reported_at or now
    over = moment >= found[0].ends_at
    if reported_at:
        state = ClockState.LATE if over else ClockState.MET
    else:
        state = ClockState.OVERDUE if over else ClockState.RUNNING
    return Clock(state, found, reported_at, now)


@dataclass(frozen=True)
class Step:
    """One thing to do about an incident."""

    kind: str
    role: str  # provider, deployer
    law: str  # id of an obligation or a deadline of the pack
    title: str
    reports: bool = False
    closes: bool = False
    unless: str = ""  # a role that makes the step needless


def steps_for(
    roles: Collection[str], steps: Iterable[Step], *, owed: bool, sure: bool = True
) -> tuple[Step, ...]:
    """Return the steps of our roles; while they are not sure, none is left out for another.

    Without a deadline of Art. 73 (`owed`) there is no provider's report.
    """
    return tuple(
        step
        for step in steps
        if step.role in roles
        and not (sure and step.unless in roles)
        and (owed or not is_report(step))
    )


def is_report(step: Step) -> bool:
    """Return whether a step belongs to the provider's report under Art. 73."""
    return step.role == "provider" and step.law.startswith("art73")


def meets_clock(step: Step, roles: Collection[str]) -> bool:
    """Return whether a step is the report that stops our clock.

    The days of Art. 73 bind the provider: where that is, or may be, what we are, to inform a
    provider as a deployer stops nothing.
    """
    return step.reports and (step.role == "provider" or "provider" not in roles)


def status_after(
    step: Step, roles: Collection[str], done: Collection[str]
) -> IncidentStatus | None:
    """Return the status that a step brings; None when it changes none."""
    if not meets_clock(step, roles):
        return None
    if step.kind == "complete_report":
        return IncidentStatus.COMPLETED
    return IncidentStatus.REPORTED if step.kind not in done else None


def lacks_before_closing(
    steps: Iterable[Step], done: Collection[str], *, owed: bool, sectoral_route: str
) -> list[str]:
    """Return what has to be done before the incident can be closed, in words."""
    missing = [step.title for step in steps if step.closes and step.kind not in done]
    if not owed and not sectoral_route.strip():
        missing.append("Say where it is reported under the other regime")
    return missing


def steps_from(rows: Iterable[Mapping[str, object]]) -> tuple[Step, ...]:
    """Return the steps of a data file; raises ValueError for a field that no step has."""
    return tuple(_step(row) for row in rows)


def _step(row: Mapping[str, object]) -> Step:
    if unknown := row.keys() - {"kind", "for", "law", "title", "reports", "closes", "unless"}:
        raise ValueError(f"{row.get('kind')}: no step has {sorted(unknown)[0]!r}")
    return Step(
        kind=str(row["kind"]),
        role=str(row["for"]),
        law=str(row["law"]),
        title=str(row["title"]),
        reports=bool(row.get("reports")),
        closes=bool(row.get("closes")),
        unless=str(row.get("unless", "")),
    )
