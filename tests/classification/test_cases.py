"""Worked cases of the law: the expected outcome of each, field by field."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from governance.classification.packs import load
from governance.classification.results import from_json
from governance.classification.rules import checked, classify, engine_of

CASES = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())["cases"]
ENGINE = engine_of(load())


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    return classify(ENGINE, checked(ENGINE.pack, case["facts"])).as_json()


def with_expected(field: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if field in case["expected"]]


@pytest.mark.parametrize("case", with_expected("tier"))
def test_the_tier_is_the_expected_one_under_both_texts(case):
    got, expected = outcome(case), case["expected"]

    assert got["tier"] == expected["tier"]
    assert got["tier_enacted"] == expected.get("tier_enacted", expected["tier"])


@pytest.mark.parametrize("case", with_expected("fired"))
def test_exactly_the_expected_rules_fire(case):
    got, expected = outcome(case), case["expected"]

    assert sorted(got["fired"]) == sorted(expected["fired"])
    assert not set(got["fired"]) & set(expected.get("must_not_fire", []))
    assert set(expected.get("exceptions_applied", [])) <= set(got["exceptions"])


@pytest.mark.parametrize("case", with_expected("exemption"))
def test_the_filter_of_article_6_3_comes_out_as_expected(case):
    got = outcome(case)["exemption"]

    assert got | case["expected"]["exemption"] == got


@pytest.mark.parametrize("case", with_expected("roles"))
def test_roles_and_models_are_the_expected_ones(case):
    got, expected = outcome(case), case["expected"]

    assert sorted(got["roles"]) == sorted(expected["roles"])
    assert got["gpai"] == expected["gpai"]


@pytest.mark.parametrize("case", with_expected("key_obligations"))
def test_the_key_duties_are_derived_and_the_others_are_not(case):
    got, expected = outcome(case), case["expected"]
    duties = {duty["id"] for duty in got["obligations"]}

    assert set(expected["key_obligations"]) <= duties
    assert not set(expected.get("must_not_obligations", [])) & duties


@pytest.mark.parametrize("case", with_expected("dates"))
def test_the_first_days_are_the_expected_ones_under_both_texts(case):
    got, expected = outcome(case), case["expected"]
    days = {
        duty["id"]: duty["applies_from"] | ({"disputed": True} if duty["disputed"] else {})
        for duty in got["obligations"]
    }

    assert got["dates"] == expected["dates"]
    for duty, wanted in expected.get("other_dates", {}).items():
        assert days[duty] == wanted


@pytest.mark.parametrize("case", with_expected("tier"))
def test_the_json_form_loses_nothing(case):
    result = classify(ENGINE, checked(ENGINE.pack, case["facts"]))

    assert from_json(result.as_json()) == result
