"""What ran on which version, and what two runs show together."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.evaluations import queries
from governance.evaluations.actions import withdraw_run
from governance.evaluations.criteria import criteria_from
from governance.evaluations.models import Run
from governance.evaluations.queries import NotComparableError
from governance.evaluations.readers.report import Result
from governance.evaluations.statistics import Pairs
from inventory.systems.models import ModelVersion
from tests.factories import a_run


def days_ago(days: int):
    return timezone.now() - timedelta(days=days)


def test_the_latest_is_the_one_that_ran_last_whatever_came_in_last(version, owner):
    newer = a_run(version, actor=owner, observed_until=days_ago(1))
    a_run(version, actor=owner, observed_until=days_ago(9))
    bias = a_run(version, actor=owner, kind="bias")

    assert queries.latest(version, "regression") == newer
    assert queries.latest_by_kind(version) == {"regression": newer, "bias": bias}
    assert queries.latest(version, "security") is None


def test_a_withdrawn_run_is_no_latest_but_stays_in_the_list(version, owner):
    older = a_run(version, actor=owner, observed_until=days_ago(2))
    newer = a_run(version, actor=owner)
    withdraw_run(newer, actor=owner, reason="Wrong prompts.")

    assert queries.latest(version, "regression") == older
    assert list(queries.runs_of(version)) == [newer, older]


def test_a_run_of_a_digest_that_the_version_no_longer_has_does_not_count(version, owner):
    a_run(version, actor=owner)
    with connection.cursor() as cursor:  # the database refuses it: only then can it be tried
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE systems_modelversion DISABLE TRIGGER version_stays")
    ModelVersion.objects.filter(pk=version.pk).update(digest="0" * 64)

    assert queries.latest(version, "regression") is None


def test_whoever_adds_a_run_contributed_to_its_evidence(version, update, owner, officer, ops_lead):
    a_run(version, actor=owner)
    withdraw_run(a_run(version, actor=officer, kind="bias"), actor=officer, reason="x")
    a_run(update, actor=ops_lead)

    assert queries.contributors_of(version) == {owner.pk, officer.pk}
    assert queries.contributors_of_many([version.pk, update.pk])[update.pk] == {ops_lead.pk}


def test_many_versions_are_asked_for_in_one_query(
    version, update, owner, django_assert_num_queries
):
    a_run(version, actor=owner)
    a_run(update, actor=owner)

    with django_assert_num_queries(1):
        found = queries.latest_of([version.pk, update.pk])
        assert all(run.suite.kind and run.version.system.unit for run in found.values())
    assert set(found) == {(version.pk, "regression"), (update.pk, "regression")}


def test_many_comparisons_take_two_queries(version, update, owner, django_assert_num_queries):
    before = a_run(version, actor=owner)
    runs = [a_run(update, actor=owner, failed=n, passed=100 - n) for n in range(1, 6)]
    other = a_run(update, actor=owner, kind="bias")

    with django_assert_num_queries(2):
        found = queries.comparisons([(run, before) for run in (*runs, other)])
    assert [one.only_after for one in found[:5]] == [4, 3, 2, 1, 0]
    assert "different suites" in found[5]


def test_a_comparison_counts_the_pairs_and_their_scores(version, update, owner):
    def results(*passed):
        return tuple(
            Result(f"c{at}", went, Decimal(at), ("odd",) if at % 2 else ("even",))
            for at, went in enumerate(passed)
        )

    before = a_run(version, actor=owner, results=results(True, True, False, False, None))
    after = a_run(update, actor=owner, results=results(True, False, True, False, True))
    found = queries.comparison(after, before)

    assert found.pairs == Pairs(1, 1, 1, 1)
    assert found.mean_score_delta == 0
    assert {part.name: part.pairs for part in found.slices} == {
        "even": Pairs(1, 0, 1, 0),
        "odd": Pairs(0, 1, 0, 1),
    }
    assert queries.quality_delta(after, before) == Decimal("0.0000")


def test_a_case_stays_in_its_slice_when_one_run_forgets_it(version, update, owner):
    cases = [f"c{at}" for at in range(30)]
    before = a_run(
        version, actor=owner, results=tuple(Result(key, True, None, ("de",)) for key in cases)
    )
    after = a_run(update, actor=owner, results=tuple(Result(key, key < "c2") for key in cases))

    (part,) = queries.comparison(after, before).regressions
    assert (part.name, part.n) == ("de", 30)


def test_runs_of_different_revisions_say_nothing_together(version, update, owner):
    before = a_run(version, actor=owner)
    after = a_run(update, actor=owner, failed=5, passed=96)

    assert "revision 2" in queries.why_not_comparable(after, before)
    with pytest.raises(NotComparableError, match="Run both on the same revision"):
        queries.comparison(after, before)
    with pytest.raises(NotComparableError):
        queries.quality_delta(after, before)


def test_a_run_says_nothing_with_itself_or_a_withdrawn_one(version, update, owner):
    before, after = a_run(version, actor=owner), a_run(update, actor=owner)
    assert "the same run" in queries.why_not_comparable(after, after)
    withdraw_run(before, actor=owner, reason="x")

    before.refresh_from_db()
    assert "was withdrawn" in queries.why_not_comparable(after, before)


def test_the_baseline_is_the_last_run_of_another_version_on_the_same_revision(
    version, update, owner
):
    a_run(version, actor=owner, observed_until=days_ago(9))
    before = a_run(version, actor=owner, observed_until=days_ago(5))
    a_run(version, actor=owner, kind="bias")
    after = a_run(update, actor=owner, observed_until=days_ago(1))

    assert queries.baseline_for(after) == before
    assert queries.baseline_for(after, version) == before
    assert queries.baseline_for(before) is None


def test_a_run_is_held_against_what_its_suite_asks(version, update, owner):
    asks = criteria_from(
        [{"metric": "pass_rate", "comparator": ">=", "value": "0.9", "margin": "0.02"}]
    )
    before = a_run(version, actor=owner, failed=1, passed=99, criteria=asks)
    after = a_run(update, actor=owner, failed=5, passed=95)

    assert queries.failures(after) == ()
    (failure,) = queries.failures(after, before)
    assert "0.04 worse than the baseline's 0.99" in failure.words
    assert queries.failures_of([after, before]) == {after.pk: (), before.pk: ()}


def test_the_newest_revision_of_each_suite_is_what_is_asked_for(version, owner):
    a_run(version, actor=owner)
    a_run(version, actor=owner, failed=5, passed=96)
    a_run(version, actor=owner, kind="bias")

    assert [suite.ref for suite in queries.suites_for(version.system)] == [
        "bias r1",
        "regression r2",
    ]
    assert [suite.ref for suite in queries.suites_for(version.system, ["bias"])] == ["bias r1"]


CASE = st.tuples(
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sets(st.sampled_from(["de", "fr"])),
)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(CASE, min_size=2, max_size=12))
def test_the_database_counts_pairs_as_a_person_would(version, update, owner, cases):
    def results(side):
        rows = [
            Result(f"c{at}", case[side], None, tuple(sorted(case[2])))
            for at, case in enumerate(cases)
        ]
        return (*rows, Result("always", True))

    before = a_run(version, actor=owner, results=results(0))
    after = a_run(update, actor=owner, results=results(1))
    found = queries.comparison(after, before)

    counted = [case for case in [*cases, (True, True, set())] if None not in case[:2]]
    assert found.pairs == pairs(counted)
    for part in found.slices:
        assert part.pairs == pairs([case for case in counted if part.name in case[2]])


def pairs(cases) -> Pairs:
    seen = Counter((before, after) for before, after, _ in cases)
    both = seen[True, True], seen[True, False]
    return Pairs(*both, seen[False, True], seen[False, False])


def test_runs_are_seen_with_their_system(version, owner, stranger, auditor):
    a_run(version, actor=owner)

    assert Run.objects.visible_to(auditor).count() == 1
    assert Run.objects.visible_to(stranger).count() == 0
