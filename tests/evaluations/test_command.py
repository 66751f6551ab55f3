"""`manage.py import_run`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from governance.evaluations.models import Run

JUNIT = """<testsuite name="triage" timestamp="2026-11-20T09:00:00Z" time="12">
<testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "run.xml"
    path.write_text(JUNIT)
    return path


def run(file, version, owner, *more):
    out = StringIO()
    names = ("--system", version.system.ref, "--version", version.label, "--suite", "triage")
    call_command("import_run", str(file), *names, "--as", owner.email, *more, stdout=out)
    return out.getvalue()


def test_a_file_becomes_a_run_once(file, version, owner):
    first = run(file, version, owner, "--kind", "regression")

    assert "1 of 2 cases passed." in first
    assert "It was there already." in run(file, version, owner)
    assert Run.objects.get().source == "junit"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "Say its kind"),
        (("--kind", "regression", "--digest", "0" * 64), "It ran something else"),
        (("--kind", "regression", "--version", "9"), "no version 9"),
        (("--kind", "regression", "--as", "x@y.example"), "Nobody here has the address"),
    ],
)
def test_what_cannot_be_is_refused_in_words(file, version, owner, more, words):
    with pytest.raises(CommandError, match=words):
        run(file, version, owner, *more)


def test_every_mistake_of_a_file_is_told(tmp_path, version, owner):
    file = tmp_path / "run.csv"
    file.write_text("case,passed\na,maybe\nb,perhaps\n")

    with pytest.raises(CommandError, match=r"(?s)Line 2.*Line 3"):
        run(file, version, owner, "--kind", "regression")
