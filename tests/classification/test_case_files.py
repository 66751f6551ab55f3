"""Reading the cases of a file: the same in YAML as in JSON, and nothing that is not meant."""

import pytest

from governance.classification.cases import CaseError, cases_of
from governance.classification.packs import load
from governance.classification.rules import checked


def facts_in(text):
    [case] = cases_of(text.encode())
    return case.facts


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("gpai.training_flop: 1e25", 1e25),
        ("gpai.training_flop: 3E+25", 3e25),
        ("gpai.training_flop: 1.0e+25", 1e25),
        ("gpai.training_flop: 1e-1", 0.1),
        ("gpai.training_flop: +5.", 5.0),
        ("gpai.training_flop: 010", 10),
        ("gpai.training_flop: 0x10", 16),
        ("gpai.training_flop: 0o17", 15),
        ("gpai.significant_generality: yes", "yes"),
        ("gpai.significant_generality: no", "no"),
        ("tr.ai_obvious: True", True),
        ("tr.ai_obvious: false", False),
        ("market.first_placed: 2025-08-01", "2025-08-01"),
        ("market.first_placed: '2025-08-01'", "2025-08-01"),
        ("market.first_placed:", None),
        ("market.first_placed: ~", None),
        ("tr.generates: [text, audio]", ["text", "audio"]),
    ],
)
def test_a_yaml_value_is_what_yaml_1_2_says(written, meant):
    facts = facts_in(f"cases:\n- id: a\n  facts:\n    {written}\n")

    assert list(facts.values()) == [meant]
    assert type(facts.popitem()[1]) is type(meant)
    assert checked(load(), facts_in(f"cases: [{{id: a, facts: {{ {written} }}}}]"))


@pytest.mark.parametrize(
    "written", ["tr.ai_obvious: yes", "tr.ai_obvious: 'true'", "gpai.training_flop: .inf"]
)
def test_what_yaml_1_2_does_not_say_is_refused_by_the_fact(written):
    with pytest.raises(ValueError, match=written.partition(":")[0]):
        checked(load(), facts_in(f"cases: [{{id: a, facts: {{ {written} }}}}]"))


def test_a_mark_of_byte_order_is_no_part_of_the_text():
    [case] = cases_of(
        b'\xef\xbb\xbf{"cases": [{"id": "a", "facts": {"gpai.training_flop": 1e25}}]}'
    )

    assert case.facts == {"gpai.training_flop": 1e25}


def test_facts_may_be_shared_by_cases():
    first, second = cases_of(b"cases: [{id: a, facts: &f {tr.ai_obvious: true}}, {facts: *f}]")

    assert (first.facts, second.id) == (second.facts, "2")


BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def test_the_word_about_a_wrong_value_is_short_whatever_it_is():
    facts = cases_of((BOMB + "cases: [{id: a, facts: {tr.generates: *i}}]").encode())[0].facts

    with pytest.raises(ValueError, match=r"tr\.generates") as refused:
        checked(load(), facts)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "a list of cases"),
        (b"hello", "a list of cases"),
        (b"[]", "a list of cases"),
        (b'{"cases": null}', "a list of cases"),
        (b'{"cases": ["a"]}', "case 1 needs an id and facts"),
        (b'{"cases": [{"id": [1], "facts": {}}]}', "case 1: its id"),
        (b'{"cases": [{"id": true, "facts": {}}]}', "case 1: its id"),
        (b'{"cases": [{"id": NaN, "facts": {}}]}', "case 1: its id"),
        (b"[" * 100_000, "deeper"),
        (b"cases: " + b"[" * 100_000, "deeper"),
        (b'{"cases": [{"id": "a", "facts": {"x": 1, "x": 2}}]}', "x stands twice"),
        (b"cases: [{id: a, facts: {x: 1, x: 2}}]", "x stands twice"),
        (b"cases: [{id: a, facts: {? [x] : 1}}]", "a name expected in line 1"),
        (b"cases: &a [*a]", "recursive"),
        (b"cases: []\n---\ncases: []\n", "another document"),
        (b"cases: !!python/name:os.system", "constructor"),
        ('{"cases": []}'.encode("utf-16"), "UTF-8"),
        (b'{"cases": []}\x00', "unacceptable character"),
        (b"{", "in line"),
    ],
)
def test_a_file_that_is_none_is_refused_in_one_line(body, words):
    with pytest.raises(CaseError, match=words) as refused:
        cases_of(body)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200
