"""What must be kept and until when, as a table, without a database."""

from datetime import date

import pytest

from governance.retention.law import rules
from governance.retention.rules import Standing, later, ruling

TODAY = date(2026, 11, 23)
ENTRY = date(2026, 3, 1)
PROVIDED = Standing("AIS-001", frozenset({"provider"}), "high", date(2026, 2, 28), frozenset())


def standing(**over) -> Standing:
    return Standing(**(PROVIDED.__dict__ | over))


def until(kind: str, *systems: Standing, on: date = ENTRY):
    found = ruling(kind, on, systems, rules(), TODAY)
    return found and (found.rule.id, found.until)


@pytest.mark.parametrize(
    ("kind", "system", "expected"),
    [
        ("system", PROVIDED, ("ai-act-18", date(2036, 2, 28))),
        ("matrix", PROVIDED, ("ai-act-18", date(2036, 2, 28))),
        ("system", standing(in_service=None), ("ai-act-18", None)),
        ("system", standing(tier=None), ("ai-act-18", date(2036, 2, 28))),
        ("system", standing(tier="limited"), None),
        ("system", standing(our_roles=frozenset({"deployer"})), None),
        ("system", standing(in_service=date(2016, 11, 23)), ("ai-act-18", TODAY)),
        ("system", standing(in_service=date(2016, 11, 22)), None),
        ("observation", standing(our_roles=frozenset({"deployer"})), None),  # 6 months are over
        ("person", PROVIDED, None),
        ("absence", PROVIDED, None),
        (
            "system",
            standing(our_roles=frozenset(), agreements=frozenset({"BAA"})),
            ("hipaa-316", date(2032, 3, 1)),
        ),
    ],
)
def test_what_keeps_a_value_and_until_when(kind, system, expected):
    assert until(kind, system) == expected


def test_logs_are_kept_six_months_from_the_entry():
    assert until("observation", PROVIDED, on=date(2026, 8, 31)) == ("ai-act-19", date(2027, 2, 28))


def test_of_several_rules_and_systems_the_longest_counts():
    newer = standing(ref="AIS-002", in_service=date(2026, 10, 1))
    waiting = standing(ref="AIS-003", in_service=None)

    assert until("matrix", PROVIDED, newer) == ("ai-act-18", date(2036, 10, 1))
    assert until("matrix", PROVIDED, newer, waiting) == ("ai-act-18", None)


def test_an_entry_about_no_system_is_not_kept():
    assert until("system") is None


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_says_its_source_and_a_period(rule):
    assert rule.citation
    assert rule.why
    assert rule.months > 0


def test_a_month_without_that_day_ends_on_its_last():
    assert later(date(2024, 2, 29), 12) == date(2025, 2, 28)
