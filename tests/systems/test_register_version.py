"""The command that registers a version from a file."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from inventory.systems.models import ModelVersion
from inventory.systems.version_actions import add_version
from tests.systems.bundles.examples import WHOLE

YAML = """\
label: 3.2.1
notes: |
  Shorter answers.
  Fewer of them.
provider_retires_on: 2027-05-01
bundle:
  provider: openai
  model_id: gpt-4o-2024-08-06
  prompts:
    system: {text: "You rank claims."}
  parameters:
    temperature: "0.2"
"""


@pytest.fixture
def run(tmp_path, system, owner):
    def call(text: str, *options: str, person: str = "", ref: str = "") -> tuple[int, str, str]:
        file, out, err = tmp_path / "version.yaml", StringIO(), StringIO()
        file.write_text(text, encoding="utf-8")
        who = ["--system", ref or system.ref, "--as", person or owner.email]
        try:
            call_command("register_version", str(file), *who, *options, stdout=out, stderr=err)
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    return call


def test_a_file_becomes_a_version_once(run, owner):
    code, out, _ = run(YAML)
    version = ModelVersion.objects.get()

    assert code == 0
    assert (version.label, version.notes) == ("3.2.1", "Shorter answers.\nFewer of them.\n")
    assert str(version.provider_retires_on) == "2027-05-01"
    assert version.digest in out
    assert [row.user for row in version.contributors.all()] == [owner]
    assert "registered before" in run(YAML)[1]
    assert ModelVersion.objects.count() == 1


def test_a_bundle_alone_gets_its_label_from_the_command(run):
    code, _, _ = run(json.dumps(WHOLE), "--label", "1.0")

    assert code == 0
    assert ModelVersion.objects.get().bundle == WHOLE


def test_a_file_may_name_the_version_it_was_made_from(run, system, owner):
    parent = add_version(system, actor=owner, label="3.2.0", provider="x", model_id="y")
    run(YAML + "parent: 3.2.0\n")

    assert ModelVersion.objects.get(label="3.2.1").parent == parent


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("provider: openai\ncolour: red", ["colour: Nothing is called", "model_id: Say which"]),
        ("provider: x\nmodel_id: y\nparameters: {t: 0.5}", ["parameters.t: 0.5 is a decimal"]),
        ("provider: x\nprovider: y\nmodel_id: z", ["provider: This name stands twice."]),
        ("a: [", ["This is not YAML"]),
        ("a: &x 1\nb: *x", ["anchors and aliases"]),
        (YAML + "extra: 1\n", ["extra: Nothing is called"]),
        (YAML + "parent: 9.9\n", ["has no version 9.9."]),
        (YAML + "parent: 9.9.9\n", ["has no version 9.9.9"]),
        (YAML.replace("2027-05-01", "soon"), ["provider_retires_on: This is no day"]),
    ],
)
def test_every_fault_of_a_file_is_told_and_the_exit_is_2(run, text, told):
    code, _, err = run(text, "--label", "1.0")

    assert code == 2
    for words in told:
        assert words in err
    assert not ModelVersion.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"person": "nobody@halden.example"}, "Nobody with the address"),
        ({"ref": "AIS-999"}, "sees no system"),
        ({"person": "otto@halden.example"}, "does not let you change"),
    ],
)
def test_who_may_not_is_told_so(run, auditor, options, words):
    code, _, err = run(YAML, **options)

    assert code == 2
    assert words in err
    assert not ModelVersion.objects.exists()


def test_a_file_without_a_label_asks_for_one(run):
    assert "--label" in run(json.dumps(WHOLE))[2]
