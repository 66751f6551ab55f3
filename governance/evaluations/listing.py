"""Suites and runs as pages show them; the number of queries does not grow with the rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, QuerySet, Window
from django.db.models.functions import RowNumber

from governance.evaluations import queries
from governance.evaluations.criteria import Criterion, Failure, criteria_from
from governance.evaluations.drawing import MOST, Ran, Trend, trend
from governance.evaluations.models import CaseResult, Run, Suite
from governance.evaluations.statistics import Comparison
from inventory.systems.models import AISystem

ROWS = 5  # runs below each suite on a system's page
SHOWS = {
    "failed": "Failed",
    "lost": "Lost",
    "gained": "Gained",
    "skipped": "Skipped",
    "all": "All",
}
AGAINST = frozenset({"lost", "gained"})


@dataclass(frozen=True)
class Line:
    """A run in a list: which of its criteria it does not meet."""

    run: Run
    failures: tuple[Failure, ...] = ()
    asks: int = 0

    @property
    def state(self) -> str:
        """Return one of the five states of the interface."""
        if self.run.is_withdrawn or not self.asks:
            return "na"
        if any(failure.hard for failure in self.failures):
            return "missing"
        return "progress" if self.failures else "met"

    @property
    def words(self) -> str:
        """Return the state in words."""
        if self.run.is_withdrawn:
            return "Withdrawn"
        if not self.asks:
            return "Nothing asked"
        return f"{len(self.failures)} of {self.asks} not met" if self.failures else "Meets all"


@dataclass(frozen=True)
class Board:
    """A suite with what its runs show."""

    suite: Suite
    criteria: tuple[Criterion, ...]
    lines: list[Line] = field(default_factory=list)
    trend: Trend | None = None
    latest: Run | None = None
    baseline: Run | None = None
    comparison: Comparison | None = None

    @property
    def is_alarm(self) -> bool:
        """Return whether the newest run regressed, or misses what is hard."""
        found = self.comparison
        if found and (found.is_regression or found.regressions):
            return True
        return any(one.state == "missing" for one in self.lines if one.run == self.latest)

    @property
    def few(self) -> list[Line]:
        """Return the runs that a system's page lists."""
        return self.lines[:ROWS]


def line(run: Run) -> Line:
    """Return a run as a line of a list."""
    return Line(run, queries.failures(run), len(run.suite.criteria))


def boards(system: AISystem) -> list[Board]:
    """Return every suite of a system with its last runs; those that alarm come first."""
    suites = list(queries.suites_for(system).select_related("system"))
    runs = _last_runs(system)
    drafts = [
        _board(suite, [run for run in runs if run.suite.key == suite.key]) for suite in suites
    ]
    return sorted(_with_comparisons(drafts), key=lambda board: not board.is_alarm)


def board_of(suite: Suite) -> Board:
    """Return one suite with its last runs and what the newest shows."""
    runs = [run for run in _last_runs(suite.system) if run.suite.key == suite.key]
    return next(iter(_with_comparisons([_board(suite, runs)])))


def _last_runs(system: AISystem) -> list[Run]:
    place = Window(
        RowNumber(),
        partition_by=[F("suite__key")],
        order_by=[F("observed_until").desc(), F("pk").desc()],
    )
    rows = Run.objects.filter(suite__system=system).with_all().alias(place=place)
    return list(rows.filter(place__lte=MOST).order_by("-observed_until", "-pk"))


def _board(suite: Suite, runs: list[Run]) -> Board:
    criteria = criteria_from(suite.criteria)
    lines = [line(run) for run in runs]
    standing = [one for one in lines if not one.run.is_withdrawn]
    drawn = trend([_ran(one) for one in reversed(standing)], criteria)
    latest = next((one.run for one in standing if one.run.suite_id == suite.pk), None)
    return Board(suite, criteria, lines, drawn, latest, _baseline(latest, standing))


def _ran(one: Line) -> Ran:
    run = one.run
    is_met = not any(failure.hard for failure in one.failures)
    label, revision = run.version.label, run.suite.revision
    return Ran(label, run.ref, revision, run.passed, run.total, is_met)


def _baseline(latest: Run | None, standing: Iterable[Line]) -> Run | None:
    if latest is None:
        return None
    same = (one.run for one in standing if one.run.suite_id == latest.suite_id)
    return next((run for run in same if run.version_id != latest.version_id), None)


def _with_comparisons(drafts: Sequence[Board]) -> Iterable[Board]:
    wanted = [(one.latest, one.baseline) for one in drafts if one.latest and one.baseline]
    found = iter(queries.comparisons(wanted))
    for one in drafts:
        answer = next(found) if one.latest and one.baseline else None
        yield Board(
            *(one.suite, one.criteria, one.lines, one.trend, one.latest, one.baseline),
            comparison=answer if isinstance(answer, Comparison) else None,
        )


def rivals(run: Run) -> QuerySet[Run]:
    """Return the runs that a run can be held against, the newest first."""
    same = Run.objects.filter(suite=run.suite_id, withdrawn_at__isnull=True).exclude(pk=run.pk)
    return same.with_all().order_by("-observed_until", "-pk")


def cases(run: Run, show: str, baseline: Run | None = None, part: str = "") -> QuerySet[CaseResult]:
    """Return the cases of a run that a view shows, by key; `part` is the name of a slice."""
    rows = CaseResult.objects.filter(run=run).order_by("key")
    if part:
        rows = rows.filter(slices__contains=[part])
    went = {"failed": False, "lost": False, "gained": True, "skipped": None}
    if show in went:
        rows = rows.filter(passed=went[show])
    if show in AGAINST:
        before = CaseResult.objects.filter(run=baseline, key=OuterRef("key"))
        rows = rows.filter(Exists(before.filter(passed=show == "lost")))
    return rows
