"""The table of bench/run: verdicts, growth, and the words of a line."""

import pytest

from bench.figures import Figure, figures, table

AT = {"fastest_ms": 9.0, "p95_ms": 30.0, "cpu_ms": 10.0, "statements": 11}
BARE = {"bare SELECT of the page's rows": AT | {"median_ms": 2.0, "growth": 1.0}}
MACHINE = {"cores": 2, "memory_gib": 8.0, "python": "3.11.7", "commit": "abc1234"}
SIZES = {
    size: {"requests": {"list": AT | {"median_ms": median, "growth": growth}} | BARE}
    for size, median, growth in (("1000", 20.0, 1.0), ("100000", 26.0, 1.25))
}
REPORT = {
    "machine": MACHINE | {"date": "2026-11-22T13:00+00:00"},
    "measured": {"pages": {"load": 1.0, "sizes": SIZES}},
}


@pytest.mark.parametrize(
    ("value", "aim", "least", "verdict"),
    [
        (1.5, 1.5, False, "met"),
        (1.51, 1.5, False, "missed"),
        (0.7, 0.7, True, "met"),
        (0.69, 0.7, True, "missed"),
        (9.0, None, False, ""),
    ],
)
def test_a_figure_is_held_against_its_aim(value, aim, least, verdict):
    assert Figure("a", value, "s", aim, least=least).verdict == verdict


def test_growth_is_that_of_the_largest_size():
    growth = next(one for one in figures(REPORT) if one.name == "list: growth")

    assert (growth.value, growth.verdict) == (1.25, "met")


def test_a_time_that_passes_its_aim_is_called_missed_in_the_table():
    lines = table(REPORT).splitlines()

    assert next(line for line in lines if "list, 100,000" in line).split("|")[5].strip() == "missed"


def test_a_list_is_told_as_a_multiple_of_the_bare_select_of_the_same_rows():
    assert "10.0 times the bare SELECT" in table(REPORT)


def test_who_is_held_against_two_thousand_questions_a_second():
    told = {
        "who_per_second": 1_999,
        "aim_per_second": 2_000,
        "questions": 10_000,
        "look_ups_of_a_letter_per_question": 25.0,
        "rules_ms_per_matrix": 1.9,
        "rules_over_rules_of_rows": 9.0,
        "validation_of_1000_s": 1.9,
    }
    report = {"machine": MACHINE, "measured": {"who": told}}
    rate, rules = figures(report)

    assert (rate.verdict, rules.unit) == ("missed", "s")


def test_a_law_change_tells_seconds_and_that_memory_stays_flat():
    at = {"seconds": 3.0, "cpu_seconds": 2.5, "touched": 5_000, "bare_seconds": 1.5}
    sizes = {"10000": at | {"peak_mib": 90.0}, "100000": at | {"seconds": 61.0, "peak_mib": 95.5}}
    told = {"load": 1.0, "sizes": sizes, "aim_seconds": 60.0, "aim_growth_mib": 20.0}
    found = {one.name: one for one in figures({"measured": {"preview": told}})}

    assert found["law change, 100,000 systems"].verdict == "missed"
    assert found["law change, 10,000 systems: against the bare loop"].value == 2.0
    assert found["law change: growth of memory"].value == 5.5


def test_proofs_are_held_against_their_aims_and_baselines():
    told = {
        "verified_per_second": 99_999,
        "verified_over_bare": 2.1,
        "checked_per_second": 50_000,
        "checked_over_bare": 4.0,
        "entries": 1_000_000,
        "make_ms": 12.0,
        "make_over_row": 9.0,
        "consistency_ms": 14.0,
        "check_ms": 5.1,
        "check_over_bare": 3.0,
        "proof_bytes": 1_150,
    }
    verdicts = [one.verdict for one in figures({"measured": {"proofs": told}})]

    assert verdicts == ["missed", "", "met", "missed", ""]
