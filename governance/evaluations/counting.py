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
    scores: dict[str, list[Decimal]] = {}
    for one in results:
        if one.passed is None:
            skipped += 1
            continue
        passed, failed = passed + one.passed, failed + (not one.passed)
        in_slice.update(one.slices)
        if one.passed:
            passed_in_slice.update(one.slices)
        if one.score is not None:
            for name in ("", *one.slices):
                scores.setdefault(name, []).append(one.score)
    slices = {name: (in_slice[name], passed_in_slice[name]) for name in sorted(in_slice)}
    means = {name: _mean(some) for name, some in scores.items()}
    whole = {MEAN_SCORE: means.pop("")} if scores else {}
    return Outcome(passed, failed, skipped, {**metrics, **whole}, slices, means)


def _mean(scores: list[Decimal]) -> Decimal:
    with localcontext(prec=50):
        return (sum(scores, Decimal(0)) / len(scores)).quantize(PLACES)


def metrics_to_keep(outcome: Outcome) -> dict[str, str]:
    """Return the metrics as text: pass rate, mean score, and what was reported."""
    rate = outcome.value(PASS_RATE) or Fraction(0)
    rest = {name: plain(value) for name, value in sorted(outcome.metrics.items())}
    return {PASS_RATE: plain(rate), **rest}


def slices_to_keep(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the totals of each slice, by name."""
    means = {name: plain(mean) for name, mean in outcome.slice_scores.items()}
    return [
        {"name": name, "n": n, "passed": passed, MEAN_SCORE: means.get(name)}
        for name, (n, passed) in outcome.slices.items()
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
    rows = list(slices)
    by_name = {str(row["name"]): (int(row["n"]), int(row["passed"])) for row in rows}
    means = {str(row["name"]): Decimal(row[MEAN_SCORE]) for row in rows if row.get(MEAN_SCORE)}
    return Outcome(*counts, metrics=reported, slices=by_name, slice_scores=means)
