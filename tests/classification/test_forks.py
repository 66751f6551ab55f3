"""Where each answer to a page leads, in words."""

from governance.classification import forks, wizard
from governance.classification.queries import Facts, engine


def facts(**values):
    """Return these facts, and the usual answer for all others but those given as None."""
    given = {name.replace("__", "."): value for name, value in values.items()}
    known = {name: "" if value is None else value for name, value in engine().defaults.items()}
    known |= {name: value for name, value in given.items() if value is not None}
    for name in (name for name, value in given.items() if value is None):
        known.pop(name)
    return Facts(known, (), frozenset(), 1)


def leads(step, known):
    """Return where the answers to a page lead, by answer."""
    page = wizard.questions().by_id[step]
    return {fork.label: fork.leads for fork in forks.forks(page, page.facts, known)}


def test_an_answer_that_settles_the_tier_says_which():
    filtered = facts(
        credit__functions=["credit_score"],
        filter__narrow_procedural=True,
        profiling__performed=None,
    )

    assert leads("profiling", filtered) == {
        "Yes": "Then it is high-risk.",
        "No": "Then it is minimal.",
    }


def test_an_answer_that_leaves_more_open_says_what_it_rules_out():
    open_ones = facts(emo__infers=None, tr__interacts_directly=None, bio__data_used=True)

    assert leads("emo.infers", open_ones)["No"] == "Rules out high-risk."


def test_an_answer_that_does_not_move_the_tier_counts_duties():
    high = facts(credit__functions=["credit_score"], actor__uses_professionally=True)
    said = leads("about-us", high)

    assert said["None of these"].startswith("Stays high-risk: ")
    assert said["A public authority or body"] != said["None of these"]


def test_answers_that_lead_to_the_same_stand_together_and_the_chosen_is_marked():
    found = [
        forks.Fork("a", "A", "Stays.", ()),
        forks.Fork("b", "B", "Then it is high-risk.", ()),
        forks.Fork("c", "C", "Then it is high-risk.", ()),
        forks.Fork("d", "D", "Then it is high-risk.", ()),
    ]

    assert [(led.label, led.on) for led in forks.grouped(found, ["c"])] == [
        ("A", False),
        ("Any other", True),
    ]


def test_the_law_behind_a_question_comes_from_the_pack_with_its_citation():
    law = forks.law_behind(wizard.questions().by_id["profiling"])

    assert law
    assert all(part.citation and part.text for part in law)
    assert "Art 6(3) third subparagraph" in law[0].citation
