"""Where to look first, without a database: words found, rules named, never an answer."""

import pytest
import yaml

from bench.triage import cases, held_out, measures
from governance.classification.law import PackError
from governance.classification.lexicon import LEXICON, lexicon, load
from governance.classification.packs import load as load_pack
from governance.classification.triage import texts_of, triage
from tests.imports.conftest import published_file

PACK, WORDS = load_pack(), lexicon()


def look(purpose="", name="A system", outputs="", **columns):
    """Return what triage finds in these texts."""
    return triage(texts_of(name, purpose, outputs, columns, WORDS), WORDS, PACK)


def rules(purpose, **texts):
    """Return the rules that are suggested."""
    return [one.rule for one in look(purpose, **texts).suggestions]


@pytest.mark.parametrize(
    ("purpose", "rule"),
    [
        ("Ranks applicants by their resume and shortlists candidates.", "annex3.4.a"),
        ("Monitors the productivity of employees at home.", "annex3.4.b"),
        ("Compares faces on CCTV with a watchlist by facial recognition.", "annex3.1.a"),
        ("Establishes a credit score of consumers.", "annex3.5.b"),
        ("Decides on eligibility for unemployment benefits.", "annex3.5.a"),
        ("Helps dispatch ambulances: classifies emergency calls.", "annex3.5.d"),
        ("Scores essays of students automatically.", "annex3.3.b"),
        ("Proctoring: detects cheating in exams.", "annex3.3.d"),
        ("Predicts recidivism of inmates.", "annex3.6.d"),
        ("Assists in the examination of asylum applications.", "annex3.7.c"),
        ("Proposes court decisions to a judge.", "annex3.8.a"),
        ("Detects tumors in mammograms of patients.", "annex1.a.11"),
        ("Infers emotions of employees from their faces.", "art5.1.f"),
        ("A social credit system that rates citizens.", "art5.1.c"),
        ("A chatbot for customers.", "art50.1"),
        ("Generates images for marketing.", "art50.2"),
    ],
)
def test_words_of_the_law_lead_to_its_rule(purpose, rule):
    assert rule in rules(purpose)


@pytest.mark.parametrize(
    "purpose", ["Forecasts the weather.", "Sorts parts by colour.", "", "Grid of tiles: a game."]
)
def test_plain_texts_lead_nowhere(purpose):
    found = look(purpose)

    assert found.suggestions == ()
    assert found.score == 0


def test_every_suggestion_quotes_words_that_stand_in_the_text():
    texts = {
        "name": "Résumé helper – HR",
        "purpose": "Screens RÉSUMÉS; ranks applicants. İstanbul office: credit scoring, chat-bot.",
        "outputs": "A score\nof each candidate",
    }
    found = triage(texts, WORDS, PACK)

    assert found.suggestions
    for hit in (hit for one in found.suggestions for hit in (*one.hits, *one.softened_by)):
        assert hit.words == texts[hit.field][hit.start : hit.end] != ""


def test_citation_and_title_are_those_of_the_rule_pack():
    one = look("Ranks applicants by their resume.").suggestions[0]

    assert one.rule == "annex3.4.a"
    assert one.citation == PACK.rules["annex3.4.a"].citation
    assert one.title == PACK.rules["annex3.4.a"].title


def test_words_of_an_exclusion_make_a_suggestion_weaker_and_are_said():
    plain = look("Evaluates the creditworthiness of people by credit scoring.").suggestions
    fraud = look("Evaluates credit scoring fraud; creditworthiness of people.").suggestions
    before = next(one for one in plain if one.rule == "annex3.5.b")
    after = next(one for one in fraud if one.rule == "annex3.5.b")

    assert after.strength < before.strength
    assert [hit.words for hit in after.softened_by] == ["fraud"]


def test_words_are_not_joined_across_sentences():
    assert "annex3.5.b" not in rules("We give credit to all authors. Decisions are made elsewhere.")


def test_a_word_inside_another_word_is_not_found():
    assert rules("Implantation of seeds; deface; scorecards.") == []


def test_the_heading_of_the_source_counts_and_other_columns_do_not():
    column = "Is the AI use case rights-impacting, safety-impacting, both, or neither?"

    assert rules("", **{"Topic Area": "Law & Justice"}) == ["annex3.6.e", "annex3.8.a"]
    assert rules("", **{column: "Both"}) == []
    assert rules("", Notes="Law & Justice, facial recognition") == []


def test_the_same_texts_always_give_the_same():
    text = "Facial recognition of suspects, emotion detection, chatbot, resume ranking, benefits."

    assert look(text) == look(text)


def test_more_that_points_to_a_listed_use_ranks_higher():
    one = look("Ranks applicants.").score
    two = look("Ranks applicants and evaluates employees' performance.").score

    assert 0 < one < two <= 1_000


def test_a_full_listed_use_is_never_ranked_below_its_floor():
    for rule, priority in WORDS.priorities.items():
        if rule.startswith("annex3."):
            assert priority >= WORDS.floors["annex3"]


def test_the_lexicon_names_every_listed_use_and_every_prohibition():
    named = {phrase.rule for phrase in WORDS.phrases}
    uses = {rule for rule in PACK.rules if rule.startswith(("annex3.", "art5.1.", "art50."))}

    assert uses <= named


def broken(tmp_path, **entry):
    """Return a folder with the shipped weights and one entry."""
    for file in ("00_weights.yaml", "05_priorities.yaml"):
        (tmp_path / file).write_bytes((LEXICON / file).read_bytes())
    (tmp_path / "10_words.yaml").write_text(yaml.safe_dump({"entries": [entry]}))
    return tmp_path


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"rule": "annex3.99", "strong": ["face"]}, "no such rule"),
        ({"rule": "annex3.1.a", "storng": ["face"]}, "no such field"),
        ({"rule": "annex3.1.a", "strong": ["fa*"]}, "too short"),
        ({"rule": "annex3.1.a", "strong": ["face .."]}, "begins and ends with a word"),
        ({"rule": "annex3.1.a", "strong": ["Fäce"]}, "is no word"),
    ],
)
def test_a_broken_lexicon_is_refused_by_file_rule_and_field(tmp_path, entry, words):
    with pytest.raises(PackError, match=words) as refused:
        load(broken(tmp_path, **entry), PACK)

    assert refused.value.file == "10_words.yaml"
    assert refused.value.rule == entry["rule"]


def test_four_of_five_flagged_systems_of_agencies_held_out_are_in_the_first_30_percent():
    rows = cases(published_file(), WORDS)

    for some in (rows, held_out(rows)):
        assert measures(some)[-1].recall >= 0.8
