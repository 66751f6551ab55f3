"""Adding runs and withdrawing them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from governance.common.errors import DomainError
from governance.evaluations.actions import About, CameIn, ForeignDigestError, add_run, withdraw_run
from governance.evaluations.models import CaseResult, Run
from governance.evaluations.readers.report import Report, Result
from governance.evaluations.rules import Source
from governance.evaluations.suite_actions import OtherCasesError, SuiteWish
from governance.ledger.models import Entry
from governance.ledger.queries import body
from inventory.systems.actions import retire
from tests.factories import a_run

CASES = (
    Result("a", True, Decimal("0.9"), ("language=de",)),
    Result("b", False, Decimal("0.2"), ("language=de", "long")),
    Result("c", None),
)


def send(version, actor, *, results=CASES, content=b"run", suite=None, **said):
    """Add a run of the cases, as it would come in over REST."""
    until = timezone.now() - timedelta(minutes=1)
    about = About(
        **{
            "produced_by": "CI",
            "observed_from": until - timedelta(minutes=5),
            "observed_until": until,
            **said,
        }
    )
    wish = suite or SuiteWish("triage", kind="regression")
    came_in = CameIn(content, "run.json", Source.REST)
    report = Report(tuple(results))
    return add_run(version, actor=actor, report=report, file=came_in, about=about, suite=wish)


def test_a_run_is_kept_with_its_cases_and_the_record_says_so(version, owner):
    run = send(version, owner).run
    entry = Entry.objects.get(action="evaluation.added")

    assert (run.passed, run.failed, run.skipped) == (1, 1, 1)
    assert run.metrics == {"pass_rate": "0.5", "mean_score": "0.55"}
    assert run.slices == [
        {"name": "language=de", "n": 2, "passed": 1, "mean_score": "0.55"},
        {"name": "long", "n": 1, "passed": 0, "mean_score": "0.2"},
    ]
    assert list(run.results.values_list("key", "passed")) == [
        ("a", True),
        ("b", False),
        ("c", None),
    ]
    assert body(entry)["data"]["sha256"] == run.sha256
    assert body(entry)["data"]["digest"] == version.digest
    assert entry.unit_id == version.system.unit_id


def test_the_same_bytes_for_the_same_version_are_the_same_run(version, owner, officer):
    first, again = send(version, owner), send(version, officer)

    assert (first.is_new, again.is_new) == (True, False)
    assert again.run == first.run
    assert Entry.objects.filter(action="evaluation.added").count() == 1


def test_the_same_bytes_for_another_version_are_another_run(version, update, owner):
    assert send(update, owner).run != send(version, owner).run


def test_a_withdrawn_run_may_come_again(version, owner):
    first = send(version, owner).run
    withdraw_run(first, actor=owner, reason="Wrong prompts.")

    assert send(version, owner).run != first


@pytest.mark.parametrize("named", ["about", "file"])
def test_a_run_of_another_digest_is_refused(version, update, owner, named):
    if named == "about":
        with pytest.raises(ForeignDigestError, match="It ran something else"):
            send(version, owner, digest=update.digest)
    else:
        came_in = CameIn(b"x", "run.xml", Source.JUNIT)
        report = Report(CASES, digest=update.digest)
        wish = SuiteWish("triage", kind="regression")
        with pytest.raises(ForeignDigestError, match="It ran something else"):
            add_run(
                version, actor=owner, report=report, file=came_in, about=About("CI"), suite=wish
            )
    assert not Run.objects.exists()


def test_the_version_s_own_digest_is_taken_in_capitals_too(version, owner):
    assert send(version, owner, digest=version.digest.upper()).run.digest_of_version


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"observed_from": None}, "from when until when"),
        ({"observed_until": timezone.now() - timedelta(days=2)}, "ends before it begins"),
        ({"observed_until": timezone.now() + timedelta(hours=1)}, "ends in the future"),
    ],
)
def test_a_period_that_cannot_be_is_refused(version, owner, said, words):
    with pytest.raises(DomainError, match=words):
        send(version, owner, **said)


def test_an_auditor_adds_no_run(version, auditor):
    with pytest.raises(PermissionDenied, match="submit"):
        send(version, auditor)


def test_a_retired_system_takes_no_run(version, officer):
    retire(version.system, actor=officer, on=timezone.localdate(), reason="Replaced.")

    with pytest.raises(DomainError, match="is retired"):
        send(version, officer)


def test_a_suite_that_nobody_made_needs_a_kind(version, owner):
    with pytest.raises(DomainError, match="Say its kind"):
        send(version, owner, suite=SuiteWish("triage"))


def test_other_cases_are_refused_by_name(version, update, owner):
    send(version, owner)

    with pytest.raises(OtherCasesError, match=r"1 missing \(b\); 1 new \(d\)"):
        send(update, owner, results=[CASES[0], CASES[2], Result("d", True)])


def test_other_cases_make_the_next_revision_when_the_sender_says_so(version, update, owner):
    first = send(version, owner).run
    wish = SuiteWish("triage", revise=True, reason="The letter of the law changed.")
    second = send(update, owner, results=CASES[:2], suite=wish).run
    entry = Entry.objects.get(action="suite.revised")

    assert (second.suite.revision, second.suite.cases) == (2, 2)
    assert (first.suite.revision, first.suite.cases) == (1, 3)
    assert body(entry)["data"]["changes"]["cases"] == {"from": 3, "to": 2}


def test_a_skipped_case_still_belongs_to_the_list(version, update, owner):
    send(version, owner)
    done = [*CASES[:2], Result("c", True)]

    assert send(update, owner, results=done).run.suite.revision == 1


def test_a_run_is_withdrawn_once_with_a_reason(version, owner):
    run = send(version, owner).run
    with pytest.raises(DomainError, match="Say why"):
        withdraw_run(run, actor=owner, reason=" ")
    withdraw_run(run, actor=owner, reason="Wrong prompts.")

    with pytest.raises(DomainError, match="withdrawn already"):
        withdraw_run(run, actor=owner, reason="Again.")
    assert Run.objects.get().withdrawn_because == "Wrong prompts."


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE evaluations_run SET passed = passed + 1",
        "DELETE FROM evaluations_run",
        "UPDATE evaluations_caseresult SET passed = true",
        "DELETE FROM evaluations_caseresult",
        "UPDATE evaluations_suite SET criteria = '[]', title = 'Other'",
        "DELETE FROM evaluations_suite",
        "TRUNCATE evaluations_caseresult",
        "INSERT INTO evaluations_caseresult (run_id, key, passed, slices, message)"
        " SELECT id, 'more', true, '{}', '' FROM evaluations_run",
    ],
)
def test_the_database_refuses_to_change_what_came_in(version, owner, sql):
    send(version, owner)
    connection.check_constraints()  # nothing of the transaction is left to be looked at

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_a_run_that_counts_what_it_has_not_is_refused(version, owner):
    run = send(version, owner).run
    run.pk, run.ref, run.sha256 = None, "RUN-999", "0" * 64

    with pytest.raises(IntegrityError, match="are not those that it counts"):
        insert(run)


@transaction.atomic
def insert(run: Run) -> None:
    run.save(force_insert=True)
    connection.check_constraints()


def test_many_cases_keep_the_number_of_queries(version, owner, django_assert_max_num_queries):
    many = [Result(f"case-{at}", True) for at in range(2_000)]

    with django_assert_max_num_queries(40):
        send(version, owner, results=many)
    assert CaseResult.objects.count() == 2_000


def test_the_factory_makes_runs_that_compare(version, update, owner):
    first, second = a_run(version, actor=owner), a_run(update, actor=owner, failed=9, passed=91)

    assert first.suite == second.suite
