"""What a suite asks of a run, and whether a run meets it. Pure; every number is exact."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from governance.common.errors import DomainError
from governance.evaluations.statistics import LEAST_CASES

PASS_RATE, MEAN_SCORE = "pass_rate", "mean_score"
EVERY_SLICE = "pass_rate[*]"
COUNTED = ("passed", "failed", "skipped", "total")
OURS = frozenset({PASS_RATE, MEAN_SCORE, *COUNTED})  # worked out here, never taken from outside
NAME = re.compile(r"[a-z][a-z0-9_.]{0,59}")
SLICE = re.compile(r"(?P<of>pass_rate|mean_score)\[(?P<slice>[^\[\]]{1,100})\]")
LARGEST, PLACES = Decimal(10) ** 12, Decimal("0.000001")
MOST_CRITERIA = 50


class Comparator(StrEnum):
    """How a metric is held against a value; it also says which way is better."""

    AT_LEAST = ">="
    MORE = ">"
    AT_MOST = "<="
    LESS = "<"


ASKED = {
    Comparator.AT_LEAST: "at least",
    Comparator.MORE: "more than",
    Comparator.AT_MOST: "at most",
    Comparator.LESS: "less than",
}
HIGHER_IS_BETTER = frozenset({Comparator.AT_LEAST, Comparator.MORE})


class Verdict(StrEnum):
    MET = "met"
    FAILED = "failed"
    NOT_COMPARED = "not_compared"  # only a margin is asked, and there is no baseline


class CriterionError(DomainError):
    """A criterion that cannot be read."""

    code = "bad-criterion"


@dataclass(frozen=True)
class Criterion:
    """One thing a suite asks: a metric against a value, and against the baseline by a margin."""

    metric: str
    comparator: Comparator
    value: Decimal | None = None
    margin: Decimal | None = None
    hard: bool = True

    @property
    def words(self) -> str:
        """Return what is asked: “Pass rate at least 0.95, at most 0.01 worse than before”."""
        parts = []
        if self.value is not None:
            parts.append(f"{ASKED[self.comparator]} {plain(self.value)}")
        if self.margin is not None:
            parts.append(f"at most {plain(self.margin)} worse than the baseline")
        return f"{label(self.metric)} {', '.join(parts)}"

    def as_data(self) -> dict[str, Any]:
        """Return the criterion as it is stored: numbers are text."""
        return {
            "metric": self.metric,
            "comparator": self.comparator.value,
            "value": None if self.value is None else plain(self.value),
            "margin": None if self.margin is None else plain(self.margin),
            "hard": self.hard,
        }


@dataclass(frozen=True)
class Failure:
    """A criterion that a run does not meet, in words."""

    metric: str
    words: str
    hard: bool


@dataclass(frozen=True)
class Judged:
    """A criterion with what a run showed."""

    criterion: Criterion
    verdict: Verdict
    words: str


@dataclass(frozen=True)
class Outcome:
    """What a run counted and reported."""

    passed: int
    failed: int
    skipped: int = 0
    metrics: Mapping[str, Decimal] = field(default_factory=dict)
    slices: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # name: (n, passed)
    slice_scores: Mapping[str, Decimal] = field(default_factory=dict)  # mean, where there are any

    def value(self, metric: str) -> Fraction | None:
        """Return a metric exactly; None when the run says nothing of it."""
        total = self.passed + self.failed
        counts = {"passed": self.passed, "failed": self.failed, "skipped": self.skipped}
        counts |= {"total": total}
        if metric in counts:
            return Fraction(counts[metric])
        if metric == PASS_RATE:
            return Fraction(self.passed, total) if total else None
        if found := SLICE.fullmatch(metric):
            return self._of_slice(found["of"], found["slice"])
        return Fraction(self.metrics[metric]) if metric in self.metrics else None

    def _of_slice(self, metric: str, name: str) -> Fraction | None:
        if metric == MEAN_SCORE:
            return Fraction(self.slice_scores[name]) if name in self.slice_scores else None
        n, passed = self.slices.get(name, (0, 0))
        return Fraction(passed, n) if n else None


def criteria_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    """Return stored or given criteria; raises CriterionError in words for the person."""
    found = tuple(_criterion(at, row) for at, row in enumerate(rows, start=1))
    if len(found) > MOST_CRITERIA:
        raise CriterionError(f"A suite has at most {MOST_CRITERIA} criteria.")
    asked = [(one.metric, one.comparator) for one in found]
    if len(set(asked)) != len(asked):
        raise CriterionError("Two criteria ask the same of one metric. Keep the stricter.")
    return found


def _criterion(at: int, row: Mapping[str, Any]) -> Criterion:
    metric = str(row.get("metric", "")).strip()
    if not NAME.fullmatch(metric) and not SLICE.fullmatch(metric):
        raise CriterionError(
            f"Criterion {at}: “{metric[:60]}” is no metric. Write pass_rate, mean_score, "
            "pass_rate[language=de], pass_rate[*] or a name like cost_per_task."
        )
    try:
        comparator = Comparator(str(row.get("comparator", "")))
    except ValueError as error:
        raise CriterionError(f"Criterion {at}: compare with >=, >, <= or <.") from error
    value, margin = (_number(at, name, row.get(name)) for name in ("value", "margin"))
    if value is None and margin is None:
        raise CriterionError(f"Criterion {at}: give a value, a margin, or both.")
    if margin is not None and margin < 0:
        raise CriterionError(f"Criterion {at}: a margin is not negative.")
    return Criterion(metric, comparator, value, margin, bool(row.get("hard", True)))


def _number(at: int, name: str, given: Any) -> Decimal | None:
    if given is None or given == "":
        return None
    try:
        return decimal_of(str(given))
    except ValueError as error:
        raise CriterionError(f"Criterion {at}: {name} {error}") from error


def decimal_of(text: str) -> Decimal:
    """Return a number of at most six places; further ones are rounded half to even.

    Raises ValueError, worded to follow the name of what is wrong.
    """
    bare = text.strip()
    if "," in bare:
        raise ValueError(f"“{bare[:40]}” has a comma. Write a point: 0.93.")
    try:
        number = Decimal(bare)
    except InvalidOperation as error:
        raise ValueError(f"“{bare[:40]}” is not a number.") from error
    if not number.is_finite() or abs(number) >= LARGEST:
        raise ValueError(f"“{bare[:40]}” is not a number below a million million.")
    return number.quantize(PLACES)


def plain(value: Decimal | Fraction) -> str:
    """Return a number as text: at most six places, no zeros at the end, no exponent."""
    number = value
    if isinstance(number, Fraction):
        number = Decimal(number.numerator) / Decimal(number.denominator)
    text = f"{number.quantize(PLACES):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def label(metric: str) -> str:
    """Return a metric as people say it: pass_rate[language=de] is “Pass rate of language=de”."""
    if metric == EVERY_SLICE:
        return "Pass rate of every slice"
    if found := SLICE.fullmatch(metric):
        return f"{label(found['of'])} of {found['slice']}"
    return metric.replace("_", " ").capitalize()


def judged(
    criteria: Iterable[Criterion], run: Outcome, baseline: Outcome | None = None
) -> tuple[Judged, ...]:
    """Return each criterion with what the run showed; margins need a baseline."""
    return tuple(one for criterion in criteria for one in _judge(criterion, run, baseline))


def failed(judgements: Iterable[Judged]) -> tuple[Failure, ...]:
    """Return what is not met."""
    return tuple(
        Failure(one.criterion.metric, one.words, one.criterion.hard)
        for one in judgements
        if one.verdict is Verdict.FAILED
    )


def _judge(criterion: Criterion, run: Outcome, baseline: Outcome | None) -> Iterable[Judged]:
    if criterion.metric != EVERY_SLICE:
        return [_judged(criterion, criterion.metric, run, baseline)]
    large = [name for name, (n, _) in sorted(run.slices.items()) if n >= LEAST_CASES]
    if not large:
        said = f"No slice has {LEAST_CASES} cases: there are too few to say."
        return [Judged(criterion, Verdict.NOT_COMPARED, said)]
    each = [_judged(criterion, f"pass_rate[{name}]", run, baseline) for name in large]
    failed = [one for one in each if one.verdict is Verdict.FAILED]
    if failed:
        return failed
    if all(one.verdict is Verdict.NOT_COMPARED for one in each):
        return each[:1]
    lowest = min(run.value(f"pass_rate[{name}]") or Fraction(0) for name in large)
    said = f"The lowest pass rate among {len(large)} slices is {plain(lowest)}."
    return [Judged(criterion, Verdict.MET, said)]


def _judged(criterion: Criterion, metric: str, run: Outcome, baseline: Outcome | None) -> Judged:
    observed = run.value(metric)
    if observed is None:
        said = f"The run says nothing of {label(metric).lower()}."
        return Judged(criterion, Verdict.FAILED, said)
    named = f"{label(metric)} is {plain(observed)}"
    if not _holds(criterion, observed):
        asked = f"{ASKED[criterion.comparator]} {plain(criterion.value or Decimal(0))}"
        return Judged(criterion, Verdict.FAILED, f"{named}; {asked} is asked.")
    before = baseline.value(metric) if baseline else None
    if criterion.margin is None:
        return Judged(criterion, Verdict.MET, f"{named}.")
    if before is None:
        verdict = Verdict.NOT_COMPARED if criterion.value is None else Verdict.MET
        return Judged(criterion, verdict, f"{named}; there is no baseline to hold it against.")
    return _held_against(criterion, named, observed - before, before)


def _holds(criterion: Criterion, observed: Fraction) -> bool:
    if criterion.value is None:
        return True
    value = Fraction(criterion.value)
    return {
        Comparator.AT_LEAST: observed >= value,
        Comparator.MORE: observed > value,
        Comparator.AT_MOST: observed <= value,
        Comparator.LESS: observed < value,
    }[criterion.comparator]


def _held_against(criterion: Criterion, named: str, rise: Fraction, before: Fraction) -> Judged:
    margin = criterion.margin or Decimal(0)
    worse = -rise if criterion.comparator in HIGHER_IS_BETTER else rise
    if worse <= Fraction(margin):
        return Judged(criterion, Verdict.MET, f"{named}; the baseline had {plain(before)}.")
    said = f"{plain(worse)} worse than the baseline's {plain(before)}"
    words = f"{named}, {said}; at most {plain(margin)} is allowed."
    return Judged(criterion, Verdict.FAILED, words)
