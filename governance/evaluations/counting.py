"""What the cases of a run add up to, and the same read back from a row. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from governance.evaluations.criteria import MEAN_SCORE, OURS, PASS_RATE, PLACES, Outcome, plain
from governance.evaluations.readers.report import Result


def counted(results: Iterable[Result], metrics: Mapping[str, Decimal]) -> Outcome:
    """Return what cases add up to; a skipped case counts nowhere but among the skipped."""
    passed = failed = skipped = 0
    in_slice: Counter[str] = Counter()
    passed_in_slice: Counter[str] = Counter()
    scores: list[Decimal] = []
    for one in results:
        if one.passed is None:
            skipped += 1
            continue
        passed, failed = passed + one.passed, failed + (not one.passed)
        in_slice.update(one.slices)
        if one.passed:
            passed_in_slice.update(one.slices)
        if one.score is not None:
            scores.append(one.score)
    slices = {name: (in_slice[name], passed_in_slice[name]) for name in sorted(in_slice)}
    return Outcome(passed, failed, skipped, {**metrics, **_mean(scores)}, slices)


def _mean(scores: list[Decimal]) -> dict[str, Decimal]:
    if not scores:
        return {}
    with localcontext(prec=50):
        return {MEAN_SCORE: (sum(scores) / Decimal(len(scores))).quantize(PLACES)}


def metrics_to_keep(outcome: Outcome) -> dict[str, str]:
    """Return the metrics as text: pass rate, mean score, and what was reported."""
    rate = outcome.value(PASS_RATE) or Fraction(0)
    rest = {name: plain(value) for name, value in sorted(outcome.metrics.items())}
    return {PASS_RATE: plain(rate), **rest}


def slices_to_keep(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the totals of each slice, by name."""
    return [
        {"name": name, "n": n, "passed": passed} for name, (n, passed) in outcome.slices.items()
    ]


def outcome_of(
    counts: tuple[int, int, int],
    metrics: Mapping[str, str],
    slices: Iterable[Mapping[str, Any]],
) -> Outcome:
    """Return what a stored run counted; `counts` are passed, failed and skipped."""
    reported = {
        name: Decimal(value)
        for name, value in metrics.items()
        if name not in OURS or name == MEAN_SCORE
    }
    by_name = {str(row["name"]): (int(row["n"]), int(row["passed"])) for row in slices}
    return Outcome(*counts, metrics=reported, slices=by_name)
