"""What is wrong with an AI Ops function: each finding fires, and keeps still otherwise."""

from dataclasses import replace
from datetime import date

import pytest

from raci.operations.rules import OpsDuty, Seen, findings, is_reactive

SOUND = Seen(
    lead="Jonas",
    duties=dict.fromkeys(OpsDuty, "Jonas"),
    schedule="Nights",
    charter="Charter of AI Ops",
    since=date(2026, 3, 1),
    first_incident=date(2026, 3, 1),
    first_use=date(2026, 3, 1),
)
FIRES = {
    "lead-gone": (replace(SOUND, lead=""), True, "has left"),
    "duty-open": (
        replace(SOUND, duties={**SOUND.duties, OpsDuty.VERSIONS: ""}),
        True,
        "Nobody does model-version management.",
    ),
    "member-gone": (replace(SOUND, members_gone=("Lena",)), False, "Lena has left."),
    "no-schedule": (replace(SOUND, schedule=""), True, "No on-call schedule"),
    "gaps": (replace(SOUND, gaps=2), True, "Nights has 2 gaps in the next 28 days"),
    "no-charter": (replace(SOUND, charter=""), False, "No charter"),
    "reactive": (
        replace(SOUND, first_incident=date(2026, 2, 28)),
        False,
        "Reactive: set up on 2026-03-01, after the first incident of 2026-02-28.",
    ),
    "late": (replace(SOUND, first_use=date(2026, 2, 28)), False, "Late: the first system"),
}


def test_a_sound_function_has_nothing_to_mend():
    assert findings(SOUND) == []


@pytest.mark.parametrize("code", FIRES)
def test_each_wrong_is_one_finding_with_its_reason_and_a_fix(code):
    seen, is_error, words = FIRES[code]
    (found,) = findings(seen)

    assert (found.code, found.is_error) == (code, is_error)
    assert words in found.reason
    assert found.fix.endswith(".")


def test_no_function_is_an_error_that_a_gate_can_read():
    (found,) = findings(None)

    assert (found.code, found.is_error) == ("no-function", True)


def test_there_are_four_duties_and_each_must_be_somebodys():
    empty = replace(SOUND, duties={})

    assert [found.code for found in findings(empty)] == ["duty-open"] * 4


def test_errors_come_first():
    weights = [found.is_error for found in findings(replace(SOUND, charter="", lead=""))]

    assert weights == [True, False]


@pytest.mark.parametrize(
    ("first", "reactive"), [(None, False), (date(2026, 3, 1), False), (date(2026, 2, 28), True)]
)
def test_reactive_is_what_was_set_up_after_the_first_incident(first, reactive):
    assert is_reactive(date(2026, 3, 1), first) is reactive
