"""What evaluations say of a version beside what runs: limits and values, pairs, costs."""

from dataclasses import dataclass
from decimal import Decimal

from governance.evaluations import queries
from governance.evaluations.criteria import Judged, Verdict, label, plain
from governance.evaluations.models import Run
from governance.evaluations.statistics import Comparison
from inventory.systems.models import ModelVersion

LOOKS = {Verdict.MET: "met", Verdict.FAILED: "missing", Verdict.NOT_COMPARED: "wait"}
COST = "cost"


@dataclass(frozen=True)
class Judgement:
    """A criterion of a suite: what it asks, what the run showed."""

    asked: str
    words: str
    look: str
    is_hard: bool


@dataclass(frozen=True)
class Measured:
    """The last run of one kind, with what its suite asks and how it stands beside what runs."""

    run: Run
    judged: tuple[Judgement, ...]
    baseline: Run | None
    compared: Comparison | None
    why_not: str  # in words, why there is no comparison

    @property
    def failed(self) -> bool:
        """Return whether a criterion is not met or the fall of a slice is flagged."""
        flagged = self.compared is not None and (
            self.compared.is_regression or bool(self.compared.regressions)
        )
        return flagged or any(one.look == "missing" for one in self.judged)

    @property
    def p_words(self) -> str:
        """Return the p-value of McNemar's exact test as people read it."""
        if self.compared is None:
            return ""
        value = self.compared.p_value
        return "p < 0.001" if value < Decimal("0.001") else f"p = {value:.3f}"


def measured(version: ModelVersion, running: ModelVersion | None) -> list[Measured]:
    """Return the last run of each kind beside the same suite's run of what runs."""
    runs = queries.latest_by_kind(version)
    pairs = [(run, _baseline(run, running)) for run in runs.values()]
    told = iter(queries.comparisons([(run, base) for run, base in pairs if base is not None]))
    found = []
    for run, base in pairs:
        shown = next(told) if base is not None else "Nothing ran on the same suite before."
        compared = None if isinstance(shown, str) else shown
        judged = tuple(_judgement(one) for one in queries.judged(run, base))
        words = shown if isinstance(shown, str) else ""
        found.append(Measured(run, judged, base, compared, words))
    return found


def _baseline(run: Run, running: ModelVersion | None) -> Run | None:
    if running is not None and running.pk == run.version_id:
        return None
    return queries.baseline_for(run, running) if running else None


def _judgement(one: Judged) -> Judgement:
    return Judgement(one.criterion.words, one.words, LOOKS[one.verdict], one.criterion.hard)


@dataclass(frozen=True)
class CostDelta:
    """How a cost moves, by what both versions reported."""

    name: str
    was: str
    now: str
    percent: str


def cost_delta(version: ModelVersion, running: ModelVersion | None) -> list[CostDelta]:
    """Return the costs that runs of both versions report, the proposed one's last runs."""
    if running is None:
        return []
    now, was = _costs(version), _costs(running)
    return [_delta(name, was[name], now[name]) for name in sorted(now) if name in was]


def _costs(version: ModelVersion) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for run in queries.latest_by_kind(version).values():
        found |= {name: Decimal(value) for name, value in run.metrics.items() if COST in name}
    return found


def _delta(name: str, was: Decimal, now: Decimal) -> CostDelta:
    moved = f"{(now - was) / was * 100:+.0f} %" if was else "new"
    return CostDelta(label(name), plain(was), plain(now), moved)
