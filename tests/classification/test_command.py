"""Classifying a file from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

from governance.classification.packs import EU_AI_ACT

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
        ('{"cases": [{"id": "a"}]}', "case 1 needs an id and facts"),
        ("[]", "needs a list of cases"),
        ("{", "cannot be read"),
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
