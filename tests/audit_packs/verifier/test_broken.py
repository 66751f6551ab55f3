"""What people tried with full knowledge of the program: none of it passes, none of it breaks it."""

import json
import os
import subprocess
import time
import tracemalloc

import pytest
import rfc8785

from governance.audit_packs.completeness import FLAGGED
from governance.audit_packs.verifier import verify_pack
from governance.audit_packs.verifier.verify_pack import GOOD, UNSAFE, in_words, verify
from tests.audit_packs.verifier import broken, sample
from tests.audit_packs.verifier.broken import BROKEN, PROGRAM
from tests.audit_packs.verifier.sample import LOG, Files


@pytest.mark.parametrize("name", BROKEN)
def test_a_pack_that_was_broken_on_purpose_is_refused_quickly_and_in_little_memory(name):
    make, expected = BROKEN[name]
    raw = make()
    tracemalloc.start()
    began = time.process_time()
    report = verify(raw, [LOG.vkey])
    seconds, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert report.code == expected, report.lines
    assert peak < 20_000_000 + 4 * len(raw)
    assert seconds < 5


def test_zips_made_to_deceive_are_refused():
    assert {verify(raw, [LOG.vkey]).code for raw in broken.tricks()} == {UNSAFE}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("problem", [MemoryError, ZeroDivisionError, OverflowError, RecursionError])
def test_whatever_breaks_while_a_pack_is_read_is_never_a_verdict_of_another_kind(
    problem, monkeypatch
):
    def breaks(pack) -> None:
        raise problem("x")

    monkeypatch.setattr(verify_pack, "check_sample", breaks)

    assert verify(sample.make().zip, [LOG.vkey]).code == UNSAFE


class TestWhatTheProgramIsPointedAt:
    def test_a_folder_a_pipe_and_a_device_are_refused_at_once(self, tmp_path):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "loop").symlink_to(tmp_path / "loop")
        for place in (tmp_path, tmp_path / "pipe", "/dev/zero", tmp_path / "loop", "a" * 5_000):
            for given in ((place,), ("--previous", place, tmp_path / "x")):
                done = run("--key", LOG.vkey, *given)
                assert (done.returncode, done.stderr) == (UNSAFE, ""), given

    def test_a_file_of_ten_gigabytes_is_not_read(self, tmp_path):
        with (tmp_path / "EP-001.zip").open("wb") as file:
            file.truncate(10 * 2**30)

        done = run("--key", LOG.vkey, tmp_path / "EP-001.zip", memory=400 * 2**20)
        assert (done.returncode, "is larger than" in done.stdout) == (UNSAFE, True)

    def test_a_key_in_a_pipe_is_refused_too(self, tmp_path):
        os.mkfifo(tmp_path / "key")

        assert run("--key", tmp_path / "key", tmp_path / "x").returncode == UNSAFE

    @pytest.mark.parametrize("name", ["-h.zip", "--help", "--version", "\x1b[2J", "--rep=json"])
    def test_a_file_whose_name_is_an_option_is_never_good(self, name):
        done = run("--key", LOG.vkey, name)

        assert done.returncode == UNSAFE
        assert "\x1b" not in done.stdout + done.stderr

    def test_a_pack_that_needs_more_memory_than_there_is_is_unsafe_and_not_altered(self, tmp_path):
        pack = sample.make(change=lambda files: files.update({"data/x": bytes(60_000_000)}))
        (tmp_path / "EP-001.zip").write_bytes(pack.zip)

        done = run("--key", LOG.vkey, tmp_path / "EP-001.zip", memory=50 * 2**20)
        assert done.returncode == UNSAFE


@pytest.mark.parametrize("to", ["/dev/full", None], ids=["a full disk", "nowhere"])
def test_an_answer_that_cannot_be_written_is_not_good(tmp_path, to):
    (tmp_path / "EP-001.zip").write_bytes(sample.make().zip)
    given = [*PROGRAM, "--key", LOG.vkey, str(tmp_path / "EP-001.zip")]
    line = " ".join(f"'{word}'" for word in given) + (f" > {to}" if to else " >&-")

    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False)
    assert done.returncode == UNSAFE


class TestWhatIsShownOnAScreen:
    TRICKS = "\x1b[2J\x1b]0;GOOD\x07\r\x9b1A\u202eDOOG\u2066\u200b\n  - checked\x00\u2028\x7f"

    def test_no_text_out_of_a_pack_moves_the_cursor(self):
        def changed(data) -> None:
            data.update(subject=self.TRICKS, purpose=self.TRICKS, organisation=self.TRICKS)
            data["scope"].update(unit=self.TRICKS, chosen_by=self.TRICKS)
            data["period"].update(zone=self.TRICKS)
            data["requested_by"] = data["requested_at"] = data["read_at"] = self.TRICKS
            data["missing"] = {self.TRICKS: 3}

        report = verify(broken.signed(changed), [LOG.vkey])
        words = in_words(report, f"EP-001{self.TRICKS}.zip")
        assert report.code == GOOD
        assert [char for char in words if not char.isprintable() and char != "\n"] == []
        assert "\n  - checked" not in words

    def test_no_name_in_a_refusal_does_either(self, tmp_path):
        (tmp_path / "EP\x1b[2J.zip").write_bytes(sample.make().zip[:-1])

        done = run("--key", LOG.vkey, tmp_path / "EP\x1b[2J.zip")
        assert (done.returncode, "\x1b" in done.stdout + done.stderr) == (UNSAFE, False)


class TestWhatLiesInAPackBesides:
    def test_a_file_of_no_known_kind_is_said_to_be_unchecked(self):
        pack = sample.make(change=lambda files: files.update({"data/x.exe": b"MZ", "y.txt": b""}))

        report = verify(pack.zip, [LOG.vkey])
        (said,) = [line for line in report.not_checked if "What these files are" in line]
        assert (report.code, "data/x.exe, y.txt" in said) == (GOOD, True)

    def test_another_program_than_this_is_told_of_by_its_digest(self):
        other, same = verify(sample.make().zip, [LOG.vkey]), verify(ours(), [LOG.vkey])

        assert any("is another than this one" in note for note in other.notes)
        assert not any("is another than this one" in note for note in same.notes)


def ours() -> bytes:
    """Return a pack that holds this very program."""

    def put(files: Files) -> None:
        with open(verify_pack.__file__, "rb") as file:  # noqa: PTH123
            files["verify_pack.py"] = file.read()

    return sample.make(change=put).zip


@pytest.mark.parametrize("name", ["statement.dsse.json", "bag-info.txt", "manifest-sha256.txt"])
def test_a_text_that_is_larger_than_anybody_needs_is_not_even_copied(name, monkeypatch):
    monkeypatch.setattr(verify_pack, "MOST_TEXT", 1_000_000)
    files = sample.make().files | {name: b"A" * 1_000_001}
    sample.tags(files)

    report = verify(sample.zipped(files), [LOG.vkey])
    assert (report.code, f"{name} is larger than" in report.lines[0]) == (UNSAFE, True)


def test_json_of_more_values_than_a_machine_holds_is_not_read(monkeypatch):
    monkeypatch.setattr(verify_pack, "MOST_VALUES", 1_000)
    raw = rfc8785.dumps(list(range(1_001)))

    with pytest.raises(verify_pack.Unsafe, match="more than"):
        verify_pack.read_json(raw, "A file")
    assert verify_pack.read_json(rfc8785.dumps(list(range(500))), "A file")[-1] == 499


def run(*arguments: object, memory: int = 0) -> subprocess.CompletedProcess[str]:
    limit = ["/bin/sh", "-c", f'ulimit -v {memory // 1024}; exec "$@"', "-"] if memory else []
    command = [*limit, *PROGRAM, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_the_report_for_machines_is_one_document_in_plain_letters(tmp_path):
    (tmp_path / "EP-001.zip").write_bytes(sample.make().zip)

    done = run("--key", LOG.vkey, "--report", "json", tmp_path / "EP-001.zip")
    assert json.loads(done.stdout)["facts"]["Pack"].startswith("EP-001")
    assert done.stdout.isascii()


def test_the_program_and_the_page_know_the_actions_that_a_pack_must_list(settings):
    page = (settings.BASE_DIR / "static/js/check/verify.js").read_text()

    assert {kind: frozenset(names) for kind, names in verify_pack.FLAGGED.items()} == FLAGGED
    assert [name for names in FLAGGED.values() for name in names if f'"{name}"' not in page] == []
