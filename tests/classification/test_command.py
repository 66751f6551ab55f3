"""Classifying a file from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from governance.classification.packs import EU_AI_ACT, load

USUAL = {name: fact.default for name, fact in load().facts.items()}
CASES = Path(__file__).parent / "cases.yaml"
ROOT = Path(__file__).parents[2]


def test_the_worked_cases_come_out_in_their_order_without_a_database(capsys):
    call_command("classify", str(CASES))

    results = json.loads(capsys.readouterr().out)
    assert [results[0]["id"], results[0]["tier"]] == ["pub-001", "high"]
    assert len(results) == 33
    assert results[0]["trace"]["why"][0]["citation"] == ["Art 6(2)", "Annex III point 4(a)"]


@pytest.mark.parametrize(
    "command",
    [["classify", CASES], ["check_rulepack", EU_AI_ACT], ["classify", CASES, "--missing=unknown"]],
    ids=lambda command: " ".join(map(str, (command[0], *command[2:]))),
)
def test_a_machine_without_any_setting_classifies_and_checks(command):
    bare = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *command], capture_output=True, env=bare, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_json_numbers_are_numbers(tmp_path, capsys):
    file = tmp_path / "cases.json"
    file.write_text('{"cases": [{"id": "a", "facts": {"gpai.training_flop": 3e25}}]}')
    call_command("classify", str(file))

    assert json.loads(capsys.readouterr().out)[0]["tier"] == "minimal"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"cases": [{"id": "a", "facts": {}}, {"id": "b", "facts": {"x.y": 1}}]}',
         "case b: x.y: there is no such fact"),
        ('{"cases": [{"id": "a", "facts": {"tr.ai_obvious": "yes"}}]}',
         "case a: tr.ai_obvious: 'yes' is not true or false"),
        ('{"cases": [{"id": "a"}]}', "case a needs facts"),
        ("[]", "needs a list of cases"),
        ("{", "cannot be used"),
        ('{"cases": {"id": "a", "facts": {}}}', "needs a list of cases"),
        ('{"cases": [{"id": "a", "facts": ["tr.ai_obvious"]}]}', "case a needs facts"),
        ('{"cases": [{"id": "a", "facts": null}]}', "case a needs facts"),
        ('{"cases": [{"facts": {"x.y": 1}}]}', "case 1: x.y: there is no such fact"),
        ('{"cases": [{"id": 7, "facts": {"x.y": 1}}]}', "case 7: x.y: there is no such fact"),
        ('{"cases": [{"id": "a", "facts": {"tr.ai_obvious": null}}]}', "case a: tr.ai_obvious"),
        ('{"cases": [{"id": "a", "facts": {"tr.generates": [null]}}]}',
         "case a: tr.generates: None is none of text"),
        ('{"cases": [{"id": "a", "facts": {"tr.generates": [["text"]]}}]}', "case a: tr.generates"),
        ('{"cases": [{"id": "a", "facts": {"gpai.training_flop": NaN}}]}', "training_flop: nan"),
        ('{"cases": [{"id": "a", "facts": {"gpai.training_flop": -1}}]}', "gpai.training_flop: -1"),
        ('{"cases": [{"id": "a", "facts": {"gpai.training_flop": %s}}]}' % ("9" * 5000),
         "case a: gpai.training_flop: inf"),
        ('{"cases": [{"id": "a", "facts": {"market.first_placed": 20250101}}]}',
         "case a: market.first_placed: 20250101"),
        ('{"cases": [{"id": "a", "facts": {"market.first_placed": "2025-W01-1"}}]}',
         "case a: market.first_placed"),
        ('{"cases": [{"id": "a", "facts": {"ins.line": "Life"}}]}', "case a: ins.line: 'Life'"),
        ('{"cases": [{"id": "a", "facts": {"ins.line": "boats"}}]}', "case a: ins.line"),
        ('{"cases": [{"id": "a", "facts": {"credit.functions": "credit_score"}}]}',
         "case a: credit.functions"),
        ('{"cases": [{"id": "a", "facts": {"credit.functions": ["boats"]}}]}',
         "case a: credit.functions"),
        ('{"cases": [{"id": "a", "facts": {"gpai.training_flop": "much"}}]}',
         "case a: gpai.training_flop"),
        ('{"cases": [{"id": "a", "facts": {"gpai.training_flop": true}}]}',
         "case a: gpai.training_flop"),
        ('{"cases": [{"id": "a", "facts": {"market.first_placed": "soon"}}]}',
         "case a: market.first_placed"),
    ],
)  # fmt: skip
def test_a_wrong_file_ends_with_2_and_prints_nothing(tmp_path, capsys, text, words):
    file = tmp_path / "cases.json"
    file.write_text(text)

    with pytest.raises(SystemExit) as ended:
        call_command("classify", str(file))
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert words in said.err


KEYS = {
    "id", "tier", "tier_enacted", "possible_tiers", "fired", "exceptions", "exemption", "roles",
    "obligations", "dates", "gpai", "open_questions", "trace",
}  # fmt: skip
LOAN = {"credit.functions": ["credit_score"], "actor.uses_professionally": True}
FAKES = {"csam.generates": True, "gen.deployer_uses_for_abuse": True}


def printed(tmp_path, capsys, cases, *options):
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"cases": cases}))
    call_command("classify", str(file), *options)
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("missing", ["default", "unknown"])
def test_each_result_has_the_keys_that_others_read(tmp_path, capsys, missing):
    [told] = printed(tmp_path, capsys, [{"id": "a", "facts": LOAN}], f"--missing={missing}")

    assert told.keys() == KEYS
    assert told["exemption"].keys() == {"outcome", "conditions", "reason"}
    assert told["dates"].keys() == {"enacted", "amended"}
    assert told["gpai"].keys() == {"is_gpai", "systemic", "open_source_exempt"}
    assert told["trace"].keys() >= {"text", "steps", "also", "facts", "otherwise", "dates_here"}
    for duty in told["obligations"]:
        assert duty.keys() >= {"id", "roles", "applies_from"}
        assert duty["applies_from"].keys() == {"enacted", "amended", "amended_formal"}


def test_results_stand_in_the_order_of_the_file(tmp_path, capsys):
    cases = [{"id": name, "facts": LOAN if name > "m" else {}} for name in "zbya"]
    told = printed(tmp_path, capsys, cases)

    assert [(one["id"], one["tier"]) for one in told] == [
        ("z", "high"), ("b", "minimal"), ("y", "high"), ("a", "minimal"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "tier", "text"),
    [("2026-07-26", "limited", "enacted"), ("2026-07-27", "prohibited", "amended")],
)
@pytest.mark.parametrize("missing", ["default", "unknown"])
def test_the_day_chooses_the_text_of_the_law(tmp_path, capsys, day, tier, text, missing):
    case = {"id": "a", "facts": USUAL | FAKES | {"tr.interacts_directly": True}}
    [told] = printed(tmp_path, capsys, [case], f"--missing={missing}", f"--on={day}")

    assert (told["tier"], told["tier_enacted"], told["trace"]["text"]) == (tier, "limited", text)
    assert told["possible_tiers"] == [tier]
    assert told["open_questions"] == []


def test_what_is_unknown_is_open_and_named_by_weight(tmp_path, capsys):
    cases = [{"id": "a", "facts": {}}, {"id": "b", "facts": LOAN}]
    nothing, loan = printed(tmp_path, capsys, cases, "--missing=unknown")

    assert nothing["tier"] == loan["tier"] == "undetermined"
    assert len(loan["possible_tiers"]) > 1
    assert set(loan["open_questions"]) < set(nothing["open_questions"])
    assert not set(loan["open_questions"]) & LOAN.keys()


def test_ids_come_back_as_they_stand_in_the_file(tmp_path, capsys):
    cases = [{"id": one, "facts": {}} for one in (7, "7", "é\ud800", "")] + [{"facts": {}}]
    told = printed(tmp_path, capsys, cases)

    assert [one["id"] for one in told] == [7, "7", "é\ud800", "", "5"]


def test_a_case_may_stand_twice_and_is_answered_twice(tmp_path, capsys):
    told = printed(tmp_path, capsys, [{"id": "a", "facts": {}}, {"id": "a", "facts": LOAN}])

    assert [(one["id"], one["tier"]) for one in told] == [("a", "minimal"), ("a", "high")]


def test_what_is_printed_is_plain_ascii_for_any_terminal(tmp_path, capsys):
    file = tmp_path / "cases.json"
    file.write_text('{"cases": [{"id": "é", "facts": {}}]}', encoding="utf-8")
    call_command("classify", str(file))

    assert capsys.readouterr().out.isascii()


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "20260101", "2026-W05-1", ""])
def test_a_day_that_is_none_ends_with_2(tmp_path, capsys, day):
    with pytest.raises(SystemExit) as ended:
        printed(tmp_path, capsys, [], f"--on={day}")

    assert ended.value.code == 2
    assert capsys.readouterr().out == ""
