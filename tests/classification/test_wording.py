"""Plain words for questions and answers: they fit the pack and nothing is left without."""

import copy

import pytest
import yaml

from governance.classification.packs import load
from governance.classification.wording import FILE, WordingError, read_wording, wording

ENTRIES = yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_every_answer_to_choose_has_words():
    for fact in load().facts.values():
        for value in fact.values:
            assert wording().facts[fact.name].values[value], (fact.name, value)


def test_answers_are_said_in_these_words():
    facts = load().facts

    assert wording().answer(facts["emerg.functions"], ["patient_triage"]) == "Triages patients"
    assert wording().answer(facts["emerg.functions"], []) == "None of these"
    assert wording().answer(facts["ins.line"], "health") == "Health"
    assert wording().answer(facts["emo.infers"], True) == "Yes"
    assert wording().answer(facts["ins.line"], None) == "Not sure"


@pytest.mark.parametrize(
    ("name", "entry", "words"),
    [
        ("sys.invented", {"ask": "Is it?"}, "There is no fact sys.invented"),
        ("emo.reason", {"citation": "Art 5"}, "emo.reason: nobody reads citation"),
        ("emo.reason", {"values": {"none": "None"}}, "emo.reason: its values are none, medical"),
        ("profiling.performed", {"values": {"yes": "Yes"}}, "profiling.performed: its values"),
        ("market.first_placed", {"values": {"never": ""}}, "market.first_placed: its values"),
        (
            "emo.reason",
            {"values": {"none": "None", "medical": "", "safety": True}},
            "emo.reason: each value needs words",
        ),
    ],
)
def test_words_that_do_not_fit_are_refused_by_fact(tmp_path, name, entry, words):
    file = tmp_path / "words.yaml"
    raw = copy.deepcopy(ENTRIES) | {name: entry}
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")

    with pytest.raises(WordingError, match=words):
        read_wording(load(), file)
