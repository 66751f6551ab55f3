"""No condition, day or role of the pack can be changed without an expectation breaking."""

from collections import Counter

import pytest

from governance.classification.packs import load
from tests.classification.judge import Judge, stated
from tests.classification.mutants import KINDS, mutants_of

PACK = load()
# Changes that can have no effect, each with its reason.
SAME = "the duty binds the role of that very rule, so it fires whenever the role is asked"
EQUIVALENT = {
    ("part dropped", "gpai.art53.1.a", "when[0]"): SAME,
    ("part dropped", "gpai.art53.1.b", "when[0]"): SAME,
    ("part dropped", "gpai.art54", "when[0]"): SAME,
}


@pytest.fixture(scope="module")
def judged():
    """Every mutant with its verdict."""
    judge = Judge(PACK)
    return [(mutant, judge.verdict(mutant)) for mutant in mutants_of(PACK)]


def test_every_change_of_the_pack_breaks_an_expectation(judged):
    missed = {(one.kind, one.place, one.at) for one, verdict in judged if not verdict}

    assert missed == set(EQUIVALENT)


def test_every_kind_of_change_was_tried(judged):
    tried = Counter(mutant.kind for mutant, _verdict in judged)

    assert set(tried) == set(KINDS)
    assert sum(tried.values()) > 3_000


def test_the_unchanged_pack_breaks_none(judged):
    mutant = judged[0][0]
    judge = Judge(PACK)

    assert stated(PACK) == ""
    assert judge.of_cases(type(mutant)("", "", "", PACK, frozenset())) == ""
    assert judge.of_others(PACK) == ""
