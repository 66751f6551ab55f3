"""What the auditor's program accepts, and what it says of it."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from governance.audit_packs.verifier import verify_pack
from governance.audit_packs.verifier.verify_pack import (
    ALTERED,
    FOREIGN,
    GOOD,
    UNSAFE,
    Report,
    verify,
)
from tests.audit_packs.verifier import sample
from tests.audit_packs.verifier.broken import WITH_FILES
from tests.audit_packs.verifier.sample import LOG, OTHER, Recipe, Signer

PROGRAM = Path(verify_pack.__file__)


def said(report: Report) -> str:
    return "\n".join([*report.lines, *report.notes, *report.not_checked])


def test_a_pack_as_it_was_signed_is_good():
    report = verify(sample.make().zip, [LOG.vkey])

    assert report.code == GOOD
    assert report.facts["Signed by"] == LOG.vkey
    assert "Ledger entries here byte for byte: 12" in said(report)
    assert "From 23 to 61 entries the ledger only grew" in said(report)
    assert "Personal values that were erased or not handed out: 1" in said(report)


def test_a_good_pack_is_not_called_more_than_was_checked():
    report = verify(sample.make().zip, [LOG.vkey])

    assert "That Muster wrote down everything that happened" in said(report)
    assert "That the key is really theirs" in said(report)
    assert "certificate of the seal inside the PDF" in said(report)


def test_a_pack_in_which_rules_were_passed_over_says_so_first():
    report = verify(sample.make(Recipe(emergencies=2)).zip, [LOG.vkey])

    assert report.code == GOOD
    assert report.notes[0].startswith("BREAK-GLASS was used (2)")


def test_files_of_evidence_are_counted_and_those_left_out_are_named_as_such():
    report = verify(sample.make(WITH_FILES).zip, [LOG.vkey])

    assert report.code == GOOD
    assert "Files of evidence with the digest that the record gives: 2." in report.lines
    assert "Files of evidence that are not in the pack: 1." in said(report)


@pytest.mark.parametrize("keys", [[], [OTHER.vkey]], ids=["no key", "another key"])
def test_a_pack_of_a_signer_whom_nobody_named_is_foreign(keys):
    report = verify(sample.make().zip, keys)

    assert report.code == FOREIGN
    assert LOG.vkey in said(report)


def test_somebody_who_rebuilds_all_with_a_key_of_their_own_is_foreign():
    pack = sample.make(Recipe(signer=Signer(9)))

    assert verify(pack.zip, [LOG.vkey]).code == FOREIGN


def test_somebody_who_signs_in_the_name_of_the_log_is_found():
    pack = sample.make()
    told = sample.statement(pack.files, sample.said_in(pack.files)["predicate"])
    sample.envelope(pack.files, told, Signer(9), keyid=LOG.vkey)
    sample.tags(pack.files)

    assert verify(pack.zip, [LOG.vkey]).code == ALTERED


def test_an_old_key_leads_to_the_present_one_over_signed_changes():
    keys = [Signer(3), Signer(4)]
    pack = sample.make(Recipe(older=keys))

    for key in (*keys, LOG):
        report = verify(pack.zip, [key.vkey])
        assert (report.code, report.facts["Signed by"]) == (GOOD, LOG.vkey)
    assert "The key was changed on 2026-02-01T09:00:00Z" in said(verify(pack.zip, [keys[0].vkey]))


def test_a_lost_key_leads_nowhere_and_says_from_which_size_on():
    keys = [Signer(3), Signer(4), Signer(5)]
    pack = sample.make(Recipe(older=keys, lost=keys[1:2]))

    for key in keys[:2]:
        report = verify(pack.zip, [key.vkey])
        assert report.code == FOREIGN
        assert f"{keys[1].vkey} was declared lost" in said(report)


def test_nobody_who_checks_with_a_newer_key_overlooks_that_one_was_lost():
    keys = [Signer(3), Signer(4), Signer(5)]
    pack = sample.make(Recipe(older=keys, lost=keys[1:2]))

    for key in (keys[2], LOG):
        report = verify(pack.zip, [key.vkey])
        assert report.code == GOOD
        assert any("without the old key's signature at 7 entries" in note for note in report.notes)


def test_a_loss_that_the_new_key_did_not_sign_is_refused():
    old, thief = Signer(3), Signer(9)

    def forge(files):
        words = (
            f"muster key lost\n{LOG.name}\n{old.vkey}\n{LOG.vkey}\n2026-01-01T09:00:00Z\n7\nAA==\n"
        )
        files["data/keys/changes/001.txt"] = sample.note(words, thief)

    assert verify(sample.make(change=forge).zip, [LOG.vkey]).code == ALTERED


@pytest.mark.parametrize("line", [False, True], ids=["no line of the old key", "a forged line"])
def test_a_change_of_keys_that_the_old_key_did_not_sign_is_refused(line):
    old, thief = Signer(3), Signer(9)

    def forge(files):
        text = f"muster key change\n{LOG.name}\n{old.vkey}\n{thief.vkey}\n2026-01-01T09:00:00Z\n"
        forged = f"— {old.name} {sample.b64(old.key_id + bytes(64))}\n" * line
        files["data/keys/changes/001.txt"] = sample.note(text, thief) + forged.encode()

    pack = sample.make(Recipe(signer=thief), change=forge)

    assert verify(pack.zip, [old.vkey]).code == ALTERED


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["/usr/bin/env", "-i", sys.executable, "-I", "-S", PROGRAM, *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


@pytest.fixture
def folder(tmp_path):
    """A folder with a pack, an older checkpoint and a key."""
    pack = sample.make()
    (tmp_path / "EP-001.zip").write_bytes(pack.zip)
    (tmp_path / "old.txt").write_bytes(pack.files["data/ledger/previous/checkpoint.txt"])
    (tmp_path / "log.vkey").write_text(LOG.vkey + "\n")
    return tmp_path


def test_the_program_runs_alone_and_answers_in_words(folder):
    done = run("--key", folder / "log.vkey", folder / "EP-001.zip")

    assert (done.returncode, done.stderr) == (GOOD, "")
    assert done.stdout.startswith("GOOD: ")
    assert "What was NOT checked" in done.stdout


def test_the_program_answers_as_json_where_a_machine_asks(folder):
    done = run("--key", LOG.vkey, "--report", "json", folder / "EP-001.zip")

    told = json.loads(done.stdout)
    assert (told["code"], told["verdict"]) == (GOOD, "GOOD")
    assert told["not_checked"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["EP-001.zip"], FOREIGN),
        (["--key", "log.vkey", "old.txt"], UNSAFE),
        (["--key", "log.vkey", "missing.zip"], UNSAFE),
        (["--key", "no/such+key+file", "EP-001.zip"], UNSAFE),
        (["--key", "log.vkey", "--previous", "old.txt", "EP-001.zip"], GOOD),
    ],
    ids=["no key", "no zip", "no file", "no key of ours", "older checkpoint"],
)
def test_the_program_ends_with_the_code_of_its_verdict(folder, arguments, code):
    named = [
        folder / one if (folder / one).exists() or one == "missing.zip" else one
        for one in arguments
    ]
    done = run(*named)

    assert (done.returncode, done.stderr) == (code, "")


# Runs the program in a Python that refuses whatever reaches beyond reading the named file.
WATCHED = """
import runpy, sys
def refuse(event, arguments):
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
    beyond = ("socket.", "subprocess.", "os.", "urllib.", "shutil.", "tempfile.")
    if writes or event.startswith(beyond):
        if event not in ("os.listdir", "os.scandir"):
            print("REACHED", event, arguments, file=sys.stderr)
            raise SystemExit(99)
sys.addaudithook(refuse)
if sys.argv[1] == "--reach":
    import socket
    socket.socket()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def watched(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = ["/usr/bin/env", "-i", sys.executable, "-I", "-S", "-c", WATCHED, *arguments]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True)


def test_the_program_opens_no_socket_starts_nothing_and_writes_nothing(folder):
    before = sorted(folder.iterdir())
    given = ["--key", LOG.vkey, "--previous", folder / "old.txt", folder / "EP-001.zip"]
    done = watched(PROGRAM, *given)

    assert (done.returncode, done.stderr) == (GOOD, "")
    assert sorted(folder.iterdir()) == before


def test_the_watch_over_the_program_would_notice_a_socket():
    assert watched("--reach").returncode == 99


def test_the_program_is_written_in_python_3_8():
    tree = ast.parse(PROGRAM.read_text(), feature_version=(3, 8))
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in node.names
    }
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= sys.stdlib_module_names
    newer = ("removeprefix", "removesuffix", "strict=", "pairwise", "bit_count")
    assert not [word for word in newer if word in PROGRAM.read_text()]
