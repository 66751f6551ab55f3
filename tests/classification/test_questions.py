"""The pages of questions: every fact once, and few pages until a tier is settled."""

import copy
import random
from statistics import median

import pytest
import yaml

from bench.wizard import AIM, ORDINARY, walker, walks
from governance.classification.questions import FILE, QuestionsError, read_questions
from governance.classification.rules import classify
from governance.classification.unknowns import outlook_of
from tests.classification.worked import given, own


@pytest.fixture(scope="module")
def over():
    """Answers pages out of the facts of a case."""
    return walker()


def test_every_fact_stands_on_exactly_one_page(over):
    standing = [fact for page in over.questions.pages for fact in page.facts]

    assert sorted(standing) == sorted(over.engine.pack.facts)


def test_every_fact_has_a_page_that_asks_it_alone(over):
    for fact in over.engine.pack.facts:
        page = over.questions.alone(fact)
        assert page.facts == (fact,)
        assert over.questions.by_id[page.id] == page


def broken(name):
    """Return the file of pages with one thing wrong."""
    raw = copy.deepcopy(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    first = raw["sections"][0]["pages"]
    if name == "field":
        first[0]["citation"] = "Art 3(1)"
    elif name == "fact":
        first[0]["facts"]["sys.invented"] = "It is invented"
    elif name == "twice":
        first[2]["facts"]["sys.machine_based"] = "It runs on machines"
    elif name == "missing":
        first[0]["facts"].pop("gpai.model")
    elif name == "circle":
        first[2]["after"] = ["real-world"]
    elif name == "order":
        first[2]["after"] = ["weather"]
    elif name == "words":
        first[0]["facts"]["gpai.model"] = None
    else:
        first[0]["facts"]["market.first_placed"] = "It is on the market"
    return raw


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("field", "page what-it-is: nobody reads citation"),
        ("fact", "page what-it-is: there is no fact sys.invented"),
        ("twice", "The fact sys.machine_based stands there twice"),
        ("missing", "No page asks gpai.model"),
        ("circle", "page real-world: it cannot come after outside"),
        ("order", "page outside: it cannot come after weather"),
        ("words", "page what-it-is: a screen needs a question"),
        ("gate", "page what-it-is: market.first_placed has no answer for a box left empty"),
    ],
)
def test_pages_that_do_not_fit_are_refused_with_page_and_field(tmp_path, over, name, words):
    file = tmp_path / "pages.yaml"
    file.write_text(yaml.safe_dump(broken(name)), encoding="utf-8")

    with pytest.raises(QuestionsError, match=words):
        read_questions(over.engine.pack, file)


def test_ordinary_systems_are_settled_in_at_most_twelve_pages():
    # our own cases besides: python -m bench.wizard
    found = [walk for walk in walks(given()) if walk.tier in ORDINARY]

    assert median(walk.settled for walk in found) <= AIM
    assert sum(walk.settled <= AIM for walk in found) / len(found) >= 0.9


@pytest.mark.parametrize("seed", range(6))
def test_following_the_pages_ends_with_nothing_open_whatever_is_answered(over, seed):
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice of answers
    facts = {
        name: over.answer(name, _any(over.engine.pack.facts[name], chance))
        for name in over.engine.variables.places
    }
    walk = over.walk("any", facts)
    told = {name: value for name, value in facts.items() if value != ""}

    assert outlook_of(over.symbols, facts).open_questions == ()
    assert walk.tier == classify(over.engine, told).tier
    assert len(set(walk.pages)) == len(walk.pages)


def _any(fact, chance):
    """Return any answer to a fact."""
    if fact.type == "bool":
        return chance.random() < 0.5
    if fact.type == "enum":
        return chance.choice(fact.values)
    if fact.type == "list":
        return chance.sample(fact.values, chance.randint(0, 2))
    if fact.type == "number":
        return chance.choice([0, 0.5, 1e24, 1e26])
    return chance.choice([None, "2025-01-01", "2026-09-01"])


def test_the_bench_walks_the_cases_it_is_given():
    assert [walk.case for walk in walks(own()[:2])] == [case["id"] for case in own()[:2]]
