"""Words of a pack's pages: entries of the timeline, questions, stops at the end of sentences."""

import pytest

from governance.audit_packs.templatetags.pack import MOST_CHANGES, ask, ended, told
from governance.classification.queries import engine


def entry(action, changes, **data):
    """Return an entry of a timeline about AIS-014."""
    both = {name: {"from": was, "to": now} for name, (was, now) in changes.items()}
    return {"action": action, "object": "AIS-014", "data": data | {"changes": both}}


def test_a_changed_answer_is_told_with_its_question():
    one = entry("facts.changed", {"profiling.performed": (False, True)})

    assert told(one) == (
        "Answered questions about AIS-014. Does it profile natural persons (automated processing "
        "of personal data to evaluate personal aspects, GDPR Art 4(4)): no → yes."
    )


@pytest.mark.parametrize(
    ("fact", "was", "now", "words"),
    [
        ("profiling.performed", "unanswered", None, "unanswered → not sure"),
        ("work.functions", ["task_allocation"], [], "task allocation → none"),
    ],
)
def test_an_answer_of_nothing_says_which_nothing(fact, was, now, words):
    assert words in told(entry("facts.changed", {fact: (was, now)}))


def test_of_many_answers_only_their_number_is_told():
    every = dict.fromkeys(engine().pack.facts, ("unanswered", False))

    said = told(entry("facts.changed", every))

    assert said == (
        f"Answered questions about AIS-014: {len(every)} answers, each with what it was "
        "in data.json."
    )
    few = dict(list(every.items())[:MOST_CHANGES])
    assert told(entry("facts.changed", few)).count("→") == MOST_CHANGES


def test_a_change_begins_a_sentence_of_its_own():
    planned = entry("duty.planned", {"next_check": ("", "2027-02-20")}, article="Art 9")
    planned["data"]["system"] = "AIS-014"

    assert told(planned) == (
        "Planned the next check of Art 9 for AIS-014. Next check: nothing → 20 February 2027."
    )


@pytest.mark.parametrize("text", ["Done.", "Really?", "Stop!", "And more…"])
def test_a_sentence_gets_one_stop(text):
    assert ended(text) == text
    assert ended(text[:-1]) == f"{text[:-1]}."


def test_an_unknown_fact_reads_as_words():
    assert ask("some_fact") == "some fact"
    assert ask("profiling.performed").endswith("?")
