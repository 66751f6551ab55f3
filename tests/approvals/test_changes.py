"""The class of a change: every row of the table once firing and once not, and many small ones."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.approvals.change_rows import AI_ACT_QUESTIONS, DECLARED, QUIET, TABLE
from governance.approvals.changes import (
    ChangeClass,
    Declared,
    PastChange,
    Suggestion,
    cumulative,
    suggest,
)
from inventory.systems.bundles.rules import Bundle
from tests.systems.bundles.examples import OTHER_SHA, WHOLE, a_bundle

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NOTHING = Declared()


def suggested(
    over: dict[str, Any], declared: Declared = NOTHING, before: dict[str, Any] | None = None
) -> Suggestion:
    """Return the suggestion for a whole bundle with something laid over it."""
    return suggest(Bundle.of(a_bundle(**(before or {}))), Bundle.of(a_bundle(**over)), declared)


# What changes → the class, and beside it a change of the same value that weighs otherwise.
CASES: list[tuple[str, dict[str, Any], str, dict[str, Any], str]] = [
    ("provider", {"provider": "anthropic"}, "C", {"provider": "Open AI"}, "0"),
    ("family", {"model_id": "gpt-4o-mini-2024-07-18"}, "C", {"model_id": "gpt-4o-2024-11-20"}, "B"),
    ("snapshot", {"model_id": "gpt-4o-2024-11-20"}, "B", {"model_id": "gpt-4o-2024-08-06"}, "0"),
    ("weights", {"weights_digest": OTHER_SHA}, "B", {}, "0"),
    ("fingerprint", {"provider_fingerprint": "fp_2"}, "B", {}, "0"),
    ("prompt", {"prompts": {"system": OTHER_SHA}}, "A", {"prompts": {"judge": OTHER_SHA}}, "B"),
    ("new tool", {"tools": {"pay": OTHER_SHA}}, "B", {}, "0"),
    ("tool", {"tools": {"lookup": OTHER_SHA}}, "B", {}, "0"),
    ("tools gone", {"tools": None}, "B", {}, "0"),
    ("corpus", {"retrieval": {"corpus": "policies"}}, "B", {}, "0"),
    ("corpus snapshot", {"retrieval": {"snapshot": "2026-11-01"}}, "B", {}, "0"),
    ("embedding", {"retrieval": {"embedding_model": "embed-4"}}, "B", {}, "0"),
    ("+10 %", {"few_shot": {"examples": 44}}, "A", {"few_shot": {"examples": 45}}, "B"),
    ("-10 %", {"few_shot": {"examples": 36}}, "A", {"few_shot": {"examples": 35}}, "B"),
    ("library", {"few_shot": {"library": "other"}}, "B", {"few_shot": {"version": "5"}}, "A"),
    ("parameter", {"parameters": {"temperature": "0.3"}}, "B", {}, "0"),
    ("new parameter", {"parameters": {"top_p": "0.9"}}, "B", {}, "0"),
    ("guardrail", {"guardrails": {"pii": {"threshold": "0.7"}}}, "B", {}, "0"),
    ("graph", {"graph": {"digest": OTHER_SHA}}, "B", {}, "0"),
    ("region", {"deployment": {"region": "us-east-1"}}, "B", {}, "0"),
    ("upgrades", {"deployment": {"version_upgrade_option": "x"}}, "B", {}, "0"),
    ("records", {"deployment": {"resolved_id": "recorded"}}, "B", {}, "0"),
    ("host version", {"deployment": {"model_version": "2"}}, "B", {}, "0"),
    ("deployment", {"deployment": {"id": "other"}}, "0", {"deployment": {"region": "x"}}, "B"),
    ("endpoint", {"deployment": {"endpoint": "https://b.example"}}, "0", {}, "0"),
    ("commit", {"code_commit": "d" * 40}, "A", {}, "0"),
    ("container", {"container_digest": OTHER_SHA}, "A", {}, "0"),
    *((name, {"parameters": {name: "x"}}, "0", {"parameters": {"k": "x"}}, "B") for name in QUIET),
]


@pytest.mark.parametrize(
    ("over", "heavy", "other", "light"),
    [pytest.param(*case[1:], id=case[0]) for case in CASES],
)
def test_each_row_fires_for_its_change_and_not_for_another(over, heavy, other, light):
    assert suggested(over).change_class == heavy
    assert suggested(other).change_class == light


def test_every_row_of_the_table_is_reached_by_a_case():
    told = {
        reason.words
        for _, over, _, other, _ in CASES
        for one in (over, other)
        for declared in (NOTHING, Declared(parameters_in_range=frozenset({"temperature"})))
        for reason in suggested(one, declared).reasons
    }

    assert {row.words for row in TABLE} <= told


def test_a_reason_says_where_and_the_heaviest_comes_first():
    found = suggested({"provider": "anthropic", "deployment": {"id": "x"}, "code_commit": "d" * 40})

    assert [(one.path, one.change_class) for one in found.reasons] == [
        ("provider", "C"),
        ("code_commit", "A"),
        ("deployment.id", "0"),
    ]


def test_a_prompt_with_a_goal_is_major_and_its_wording_alone_is_minor():
    over = {"prompts": {"system": OTHER_SHA}}

    assert suggested(over).change_class == "A"
    assert suggested(over, Declared(behaviour_goal=True)).change_class == "B"


def test_a_parameter_within_the_agreed_range_is_minor_and_only_that_one():
    in_range = Declared(parameters_in_range=frozenset({"temperature"}))

    assert suggested({"parameters": {"temperature": "0.3"}}, in_range).change_class == "A"
    assert suggested({"parameters": {"max_tokens": 9}}, in_range).change_class == "B"


def test_a_new_parameter_is_in_no_range():
    in_range = Declared(parameters_in_range=frozenset({"top_p"}))

    assert suggested({"parameters": {"top_p": "0.9"}}, in_range).change_class == "B"


def test_examples_nobody_counted_are_major():
    before = {"few_shot": {"examples": None}}

    assert suggested({"few_shot": {"version": "5"}}, before=before).change_class == "B"


def test_the_same_bundle_again_is_configuration_and_a_first_one_is_critical():
    assert suggested({}).change_class == "0"
    assert suggest(None, Bundle.of(WHOLE), NOTHING).change_class == "C"


def test_a_value_no_row_speaks_of_is_major():
    after = Bundle({**WHOLE, "something_new": "x"})

    assert suggest(Bundle.of(WHOLE), after, NOTHING).change_class == "B"


@pytest.mark.parametrize(("name", "change_class"), [row[:2] for row in DECLARED])
def test_each_declared_fact_has_its_class_and_none_without_it(name, change_class):
    assert suggested({}, Declared(**{name: True})).change_class == change_class
    assert suggested({}, Declared(**{name: False})).change_class == "0"


@pytest.mark.parametrize("name", ["intended_purpose_changed", "section_2_affected"])
def test_what_the_plan_foresaw_is_no_substantial_modification(name):
    foreseen = Declared(**{name: True}, in_predetermined_plan=True)
    found = suggested({}, foreseen)

    assert found.change_class == "C"
    assert "Art. 43(4)" in found.reasons[0].words
    assert found.questions == ()


def test_a_plan_lowers_nothing_that_is_not_substantial():
    planned = Declared(new_user_group=True, in_predetermined_plan=True)

    assert suggested({}, planned).change_class == "C"


def test_a_substantial_modification_asks_the_questions_of_the_ai_act():
    found = suggested({}, Declared(intended_purpose_changed=True))

    assert found.questions == AI_ACT_QUESTIONS
    cited = {question.citation for question in found.questions}
    assert cited == {"Art. 3(23)", "Art. 43(4)", "Art. 25(1)(b)", "Art. 25(1)(c)"}


@given(st.sets(st.sampled_from([row[0] for row in DECLARED])), st.sampled_from(DECLARED))
def test_declaring_more_never_makes_a_change_lighter(declared, another):
    less = Declared(**dict.fromkeys(declared, True))
    more = Declared(**dict.fromkeys({*declared, another[0]}, True))

    assert suggested({}, more).change_class >= suggested({}, less).change_class


def past(change_class: str, days: int, **over: Any) -> PastChange:
    return PastChange(ChangeClass(change_class), NOW - timedelta(days=days), **over)


def test_the_sixth_minor_change_is_major():
    five = [past("B", 60), *(past("A", 50 - day) for day in range(5))]

    assert cumulative(five[:-1], NOW).floor is None
    assert cumulative(five, NOW).floor == "B"
    assert "5 minor changes" in cumulative(five, NOW).reasons[0].words


def test_a_major_change_begins_the_count_anew():
    history = [*(past("A", 90 - day) for day in range(5)), past("C", 30), past("A", 20)]

    assert cumulative(history, NOW).floor is None


def test_configuration_does_not_count():
    assert cumulative([past("B", 60), *(past("0", day) for day in range(9))], NOW).floor is None


@pytest.mark.parametrize(
    ("deltas", "floor"),
    [(["0.6", "0.4"], None), (["0.6", "0.5"], "B"), (["-0.6", "-0.5"], "B"), (["1.5", "-1"], None)],
)
def test_more_than_a_point_of_quality_all_together_is_major(deltas, floor):
    history = [past("B", 60)] + [
        past("A", 50 - at, quality_delta_points=Decimal(one)) for at, one in enumerate(deltas)
    ]

    assert cumulative(history, NOW).floor == floor


@pytest.mark.parametrize(("last", "floor"), [(124, None), (125, "B")])
def test_a_quarter_more_examples_since_the_last_major_change_is_major(last, floor):
    history = [
        past("B", 60, examples_before=10, examples_after=100),
        past("A", 50, examples_before=100, examples_after=110),
        past("A", 40, examples_before=110, examples_after=last),
    ]

    assert cumulative(history, NOW).floor == floor


@pytest.mark.parametrize(("days", "floor"), [(179, None), (180, "B")])
def test_half_a_year_after_the_last_major_change_the_next_is_major(days, floor):
    assert cumulative([past("B", days)], NOW).floor == floor


def test_the_change_in_hand_counts_for_what_it_does():
    history = [past("B", 60), past("A", 50, quality_delta_points=Decimal("0.9"))]
    proposed = past("A", 0, quality_delta_points=Decimal("0.2"))

    assert cumulative(history, NOW).floor is None
    assert cumulative(history, NOW, proposed).floor == "B"


def test_without_a_history_nothing_adds_up():
    assert cumulative([], NOW).floor is None


def test_without_a_major_change_the_oldest_counts():
    assert cumulative([past("A", 200)], NOW).floor == "B"
