"""Our own worked cases: the whole outcome of each, exactly."""

from typing import Any

import pytest

from governance.classification.packs import load
from governance.classification.rules import checked, classify, engine_of
from tests.classification.worked import differences, given, own

ENGINE = engine_of(load())


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    return classify(ENGINE, checked(ENGINE.pack, case["facts"])).as_json()


@pytest.mark.parametrize("case", own(), ids=lambda case: case["id"])
def test_the_whole_outcome_is_the_expected_one(case):
    assert differences(case, outcome(case)) == []


@pytest.mark.parametrize("case", given(), ids=lambda case: case["id"])
def test_no_expected_field_of_a_given_case_is_missed(case):
    assert differences(case, outcome(case)) == []


@pytest.mark.parametrize("case", own(), ids=lambda case: case["id"])
def test_every_case_says_where_it_stands(case):
    assert case["title"]
    assert all(source["document"] and source["ref"] for source in case["source"])


def test_no_case_stands_twice():
    names = [case["id"] for case in given() + own()]

    assert len(set(names)) == len(names)
