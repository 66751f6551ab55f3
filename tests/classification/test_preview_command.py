"""manage.py preview_rulepack: what a person at a terminal, or a pipeline, reads."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from governance.classification.actions import answer_facts
from governance.classification.packs import EU_AI_ACT

WITHOUT = "source_candidates]\n"
CASES = Path(__file__).parent / "cases.yaml"


@pytest.fixture
def repealed(tmp_path):
    """A folder with a pack in which evaluating candidates is no longer listed."""
    for file in EU_AI_ACT.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        text = text.replace(
            "evaluate_candidates, recruitment_admin_step]\n", "source_candidates]\n"
        )
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    return tmp_path


def told(*arguments: str, **options) -> str:
    """Return what the command prints."""
    out = io.StringIO()
    call_command("preview_rulepack", *arguments, stdout=out, **options)
    return out.getvalue()


def test_it_says_for_the_systems_of_the_register_what_would_change(system, officer, repealed):
    facts = {"actor.uses_professionally": True, "work.functions": ["evaluate_candidates"]}
    answer_facts(system, facts=facts, actor=officer)

    text = told(str(repealed))
    assert f"{system.ref} {system.name}: high → minimal" in text
    assert "loses (was 2027-12-02): art26.1 (Art 26(1))" in text
    assert text.splitlines()[-1].startswith("1 of 1 system changes tier: 1 high-risk → minimal.")


def test_the_shipped_example_needs_no_database_with_cases():
    report = json.loads(told("--enacted-against-amended", "--json", cases=CASES))

    assert report["before"] == {**report["after"], "text": "enacted"}
    assert report["summary"]["systems"] == 33
    assert report["summary"]["tiers"] == [{"from": "limited", "to": "prohibited", "systems": 1}]
    assert len(report["systems"]) == report["summary"]["touched"]


def test_a_large_number_in_a_json_file_is_a_number(tmp_path):
    file = tmp_path / "cases.json"
    file.write_text('{"cases": [{"id": "a", "facts": {"gpai.training_flop": 1e26}}]}')

    assert told("--enacted-against-amended", cases=file).startswith("Nothing changes for any")


def test_another_pack_than_the_one_in_force_can_be_the_one_before(repealed):
    report = json.loads(told(str(repealed), "--json", against=str(repealed), cases=CASES))

    assert report["summary"]["words"] == "Nothing changes for any of the 33 systems."


def test_a_pack_that_does_not_hold_is_refused_as_by_check_rulepack(tmp_path):
    pack = tmp_path / "half.yaml"
    pack.write_text("meta: {title: Half}", encoding="utf-8")
    said = {}
    for command in ("check_rulepack", "preview_rulepack"):
        error = io.StringIO()
        with pytest.raises(SystemExit) as exit_:
            call_command(command, str(pack), stderr=error)
        said[command] = (exit_.value.code, error.getvalue())

    assert said["check_rulepack"] == said["preview_rulepack"]
    assert said["preview_rulepack"][0] == 1
    assert said["preview_rulepack"][1].startswith("DOES NOT HOLD. half.yaml: ")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("{no.such.fact: true}", "case a: no.such.fact: no pack has"),
        ("{sys.infers_outputs: perhaps}", "case a: sys.infers_outputs: no pack has"),
        ("[1]", "case 1 needs an id and facts"),
    ],
)
def test_a_case_that_no_pack_understands_is_named_and_nothing_printed(tmp_path, facts, words):
    file, out, error = tmp_path / "cases.yaml", io.StringIO(), io.StringIO()
    file.write_text(f"cases: [{{id: a, facts: {facts}}}]", encoding="utf-8")

    with pytest.raises(SystemExit) as exit_:
        call_command(
            "preview_rulepack",
            "--enacted-against-amended",
            cases=file,
            stdout=out,
            stderr=error,
        )
    assert exit_.value.code == 2
    assert words in error.getvalue()
    assert out.getvalue() == ""


@pytest.mark.parametrize("arguments", [[], ["x.yaml", "--enacted-against-amended"]])
def test_it_wants_a_pack_or_the_example_not_both_and_not_neither(arguments):
    with pytest.raises(SystemExit) as exit_:
        call_command("preview_rulepack", *arguments, stderr=io.StringIO())
    assert exit_.value.code == 2
