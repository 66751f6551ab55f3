"""The times ahead at which nobody would answer for a system: what must be empty before it runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from inventory.systems.models import AISystem
from raci.matrices.asking import WHY_NOBODY, Pagers
from raci.matrices.catalogue import catalogue
from raci.matrices.models import Matrix
from raci.matrices.rules import MatrixStatus
from raci.matrices.schemes import RESPONSIBLE
from raci.oncall.rules import FORECAST_DAYS, Gap


@dataclass(frozen=True)
class Missing:
    """A time without anybody on call for an activity, and why."""

    activity: str
    since: datetime
    until: datetime
    why: str

    @property
    def is_whole(self) -> bool:
        """Return whether it is all of the time that was looked at."""
        return self.until - self.since >= timedelta(days=FORECAST_DAYS)


def coverage_missing(system: AISystem, at: datetime | None = None) -> list[Missing]:
    """Return when, in 28 days from a moment (now) on, nobody is on call for what needs it.

    An activity that somebody must answer at any hour is covered by the schedule of a role
    that is responsible for it in the matrix in force; without such a matrix, row or role, and
    without a schedule, the whole time is missing. A system whose windows are missing may not
    be put to use.
    """
    start = at or timezone.now()
    in_force = Matrix.objects.filter(system=system, status=MatrixStatus.ACTIVE)
    matrix = in_force.with_grid().first()
    if matrix is None:
        return [_whole(code, start, "No matrix is in force.") for code in _night()]
    return missing_in(matrix, start, Pagers([system.unit], start))


def missing_in(matrix: Matrix, start: datetime, pagers: Pagers) -> list[Missing]:
    """Return the same for a matrix (loaded with its grid), asked of schedules that are loaded."""
    return [one for code in _night() for one in _missing(matrix, code, start, pagers)]


def _night() -> list[str]:
    return [one.code for one in catalogue().activities.values() if one.needs_24x7]


def _missing(matrix: Matrix, code: str, start: datetime, pagers: Pagers) -> list[Missing]:
    roles = _roles(matrix, code)
    if not roles:
        return [_whole(code, start, "Nobody who does it has a role with a schedule.")]
    gaps = [pagers.gaps(role, matrix.home, start) for role in roles]
    best = min(gaps, key=lambda found: sum((gap.until - gap.since for gap in found), timedelta()))
    return [Missing(code, gap.since, gap.until, _why(gap)) for gap in best]


def _roles(matrix: Matrix, code: str) -> list[str]:
    """Return the roles that do an activity: those the catalogue means, else all they stand for."""
    rows = [row for row in matrix.assignments.all() if row.activity == code]
    columns = {party.pk: party for party in matrix.parties.all()}
    acting = [columns[row.party_id] for row in rows if row.letter in RESPONSIBLE]
    doing = [role for party in acting for role in party.roles]
    meant = catalogue().activities[code].letters
    return [role for role in doing if meant.get(role) in RESPONSIBLE] or doing


def _whole(code: str, start: datetime, why: str) -> Missing:
    return Missing(code, start, start + timedelta(days=FORECAST_DAYS), why)


def _why(gap: Gap) -> str:
    return f"{WHY_NOBODY[gap.reason].capitalize()}."
