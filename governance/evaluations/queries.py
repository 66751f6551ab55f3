"""What ran on which version, what it showed, and what two runs show together."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from governance.common.errors import DomainError
from governance.evaluations import criteria
from governance.evaluations.counting import outcome_of
from governance.evaluations.criteria import Failure, Judged, Outcome, criteria_from
from governance.evaluations.models import Run, Suite
from governance.evaluations.statistics import Comparison, Pairs, delta_points
from governance.evaluations.statistics import comparison as shown
from inventory.systems.models import AISystem, ModelVersion

PAIRS = """
SELECT pair.at,
    count(*) FILTER (WHERE before.passed AND after.passed),
    count(*) FILTER (WHERE before.passed AND NOT after.passed),
    count(*) FILTER (WHERE NOT before.passed AND after.passed),
    count(*) FILTER (WHERE NOT before.passed AND NOT after.passed),
    avg(after.score - before.score)
FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS pair (after_id, before_id, at)
JOIN evaluations_caseresult after ON after.run_id = pair.after_id
JOIN evaluations_caseresult before ON before.run_id = pair.before_id AND before.key = after.key
WHERE after.passed IS NOT NULL AND before.passed IS NOT NULL
GROUP BY pair.at
"""
SLICES = """
SELECT pair.at, slice.name,
    count(*) FILTER (WHERE before.passed AND after.passed),
    count(*) FILTER (WHERE before.passed AND NOT after.passed),
    count(*) FILTER (WHERE NOT before.passed AND after.passed),
    count(*) FILTER (WHERE NOT before.passed AND NOT after.passed)
FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS pair (after_id, before_id, at)
JOIN evaluations_caseresult after ON after.run_id = pair.after_id
JOIN evaluations_caseresult before ON before.run_id = pair.before_id AND before.key = after.key
CROSS JOIN LATERAL (SELECT DISTINCT unnest(after.slices || before.slices) AS name) slice
WHERE after.passed IS NOT NULL AND before.passed IS NOT NULL
GROUP BY pair.at, slice.name
"""
SCORE = Decimal("0.000001")


class NotComparableError(DomainError):
    """Two runs that say nothing together."""

    code = "not-comparable"


def runs_of(version: ModelVersion) -> QuerySet[Run]:
    """Return all runs of a version, the newest first, those that were withdrawn too."""
    return Run.objects.filter(version=version).with_all().order_by("-observed_until", "-pk")


def latest(version: ModelVersion, kind: str) -> Run | None:
    """Return the run of a kind that counts and ended last."""
    return latest_by_kind(version).get(kind)


def latest_by_kind(version: ModelVersion) -> dict[str, Run]:
    """Return for each kind the run of a version that counts and ended last, in one query."""
    return {kind: run for (_, kind), run in latest_of([version.pk]).items()}


def latest_of(
    version_ids: Collection[int], kinds: Collection[str] = ()
) -> dict[tuple[int, str], Run]:
    """Return for each version and kind the run that counts and ended last, in one query."""
    rows = Run.objects.standing().filter(version__in=version_ids).with_all()
    if kinds:
        rows = rows.filter(suite__kind__in=kinds)
    last = rows.order_by("version_id", "suite__kind", "-observed_until", "-pk")
    newest = last.distinct("version_id", "suite__kind")
    return {(run.version_id, run.suite.kind): run for run in newest}


def contributors_of(version: ModelVersion) -> set[int]:
    """Return the ids of everybody who added or withdrew a run of a version."""
    return contributors_of_many([version.pk]).get(version.pk, set())


def contributors_of_many(version_ids: Collection[int]) -> dict[int, set[int]]:
    """Return for each version who added or withdrew a run of it, in one query."""
    rows = Run.objects.filter(version__in=version_ids).order_by()
    found: dict[int, set[int]] = {}
    told = rows.values_list("version_id", "added_by_id", "withdrawn_by_id").distinct()
    for version, *people in told:
        found.setdefault(version, set()).update(one for one in people if one)
    return found


def suites_for(system: AISystem, kinds: Collection[str] = ()) -> QuerySet[Suite]:
    """Return the newest revision of each suite of a system, of some kinds only when given."""
    rows = Suite.objects.current().filter(system=system)
    return rows.filter(kind__in=kinds) if kinds else rows


def baseline_for(run: Run, version: ModelVersion | None = None) -> Run | None:
    """Return what a run is best held against: another run of its suite revision that counts.

    Of the given version, the last one; without one, the last of any other version that ended
    before this run did.
    """
    rows = Run.objects.standing().filter(suite=run.suite_id).with_all().exclude(pk=run.pk)
    if version is not None:
        return rows.filter(version=version).order_by("-observed_until", "-pk").first()
    others = rows.exclude(version=run.version_id).filter(observed_until__lte=run.observed_until)
    return others.order_by("-observed_until", "-pk").first()


def why_not_comparable(run: Run, baseline: Run) -> str:
    """Return in words why two runs say nothing together; empty when they do."""
    one, other = run.suite, baseline.suite
    if run.pk == baseline.pk:
        return f"{run.ref} is the same run."
    if (one.system_id, one.key) != (other.system_id, other.key):
        return f"{run.ref} and {baseline.ref} are runs of different suites."
    if one.pk != other.pk:
        return (
            f"{run.ref} ran revision {one.revision} of {one.title}, {baseline.ref} revision "
            f"{other.revision}: cases or criteria differ. Run both on the same revision."
        )
    if gone := [each.ref for each in (run, baseline) if each.is_withdrawn]:
        return f"{gone[0]} was withdrawn."
    return ""


def comparison(run: Run, baseline: Run) -> Comparison:
    """Return what a run and its baseline show together, case by case, in two queries.

    Raises NotComparableError, in words, unless both ran the same revision of one suite and have
    cases that both count.
    """
    found = comparisons([(run, baseline)])[0]
    if isinstance(found, str):
        raise NotComparableError(found)
    return found


def comparisons(wanted: Sequence[tuple[Run, Run]]) -> list[Comparison | str]:
    """Return for each (run, baseline) what they show together, or in words why nothing.

    Two queries for any number of pairs.
    """
    reasons = [why_not_comparable(run, baseline) for run, baseline in wanted]
    asked = [pair for pair, reason in zip(wanted, reasons, strict=True) if not reason]
    found = iter(_compared(asked))
    answers = [reason or next(found) for reason in reasons]
    nothing = "No case counts in both runs."
    return [one if isinstance(one, str) or one.n else nothing for one in answers]


def quality_delta(run: Run, baseline: Run) -> Decimal:
    """Return how many percentage points the pass rate moved over the cases both runs count.

    Raises NotComparableError as `comparison` does.
    """
    if reason := why_not_comparable(run, baseline):
        raise NotComparableError(reason)
    totals = _totals([(run, baseline)])
    if not totals:
        raise NotComparableError("No case counts in both runs.")
    return delta_points(totals[1][0])


def _compared(wanted: Sequence[tuple[Run, Run]]) -> Iterable[Comparison]:
    if not wanted:
        return []
    totals, slices = _totals(wanted), _slices(wanted)
    nothing = (Pairs(0, 0, 0, 0), None)
    return [
        shown(totals.get(at, nothing)[0], slices.get(at, {}), totals.get(at, nothing)[1])
        for at in range(1, len(wanted) + 1)
    ]


def _totals(wanted: Sequence[tuple[Run, Run]]) -> dict[int, tuple[Pairs, Decimal | None]]:
    rows = _fetched(PAIRS, wanted)
    return {
        at: (Pairs(*counts), None if moved is None else moved.quantize(SCORE))
        for at, *counts, moved in rows
    }


def _slices(wanted: Sequence[tuple[Run, Run]]) -> dict[int, dict[str, Pairs]]:
    found: dict[int, dict[str, Pairs]] = {}
    for at, name, *counts in _fetched(SLICES, wanted):
        found.setdefault(at, {})[name] = Pairs(*counts)
    return found


def _fetched(sql: str, wanted: Sequence[tuple[Run, Run]]) -> list[tuple]:
    ids = [run.pk for run, _ in wanted], [baseline.pk for _, baseline in wanted]
    with connection.cursor() as cursor:
        cursor.execute(sql, ids)
        return list(cursor.fetchall())


def counted(run: Run) -> Outcome:
    """Return what a run counted and reported."""
    return outcome_of((run.passed, run.failed, run.skipped), run.metrics, run.slices)


def judged(run: Run, baseline: Run | None = None) -> tuple[Judged, ...]:
    """Return what the suite of a run asks, each with what the run showed; no query.

    A baseline that is not comparable counts as none.
    """
    is_usable = baseline is not None and not why_not_comparable(run, baseline)
    before = counted(baseline) if baseline is not None and is_usable else None
    return criteria.judged(criteria_from(run.suite.criteria), counted(run), before)


def failures(run: Run, baseline: Run | None = None) -> tuple[Failure, ...]:
    """Return the criteria of its suite that a run does not meet, each in words; no query.

    Margins are looked at only with a comparable baseline.
    """
    return criteria.failed(judged(run, baseline))


def failures_of(runs: Iterable[Run]) -> dict[int, tuple[Failure, ...]]:
    """Return for each run, by id, the criteria it does not meet; no query."""
    return {run.pk: failures(run) for run in runs}
