"""bin/muster-witness as a process: it cosigns what continues, and refuses all else."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkpoints.witnessing import Log, Serving, is_cosigned, run, serving


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def folder(tmp_path: Path, log: Log) -> Path:
    made = run("init", str(tmp_path / "w"), "--name", "witness.example/w1", "--log", log.vkey)
    assert made.returncode == 0, made.stderr
    return tmp_path / "w"


@pytest.fixture
def witness(folder: Path) -> Iterator[Serving]:
    with serving(folder) as server:
        yield server


def test_a_growing_log_is_cosigned_at_every_step(witness: Serving, log: Log):
    old = 0
    for size in (1, 2, 3, 7, 8, 9, 64, 65, 255, 256, 300):
        status, _, line = witness.ask(log.request(old, size))
        assert status == 200, line
        assert is_cosigned(witness.vkey, log.text(size), line)
        old = size


def test_the_same_head_is_cosigned_once_more(witness: Serving, log: Log):
    witness.ask(log.request(0, 9))

    assert witness.ask(log.request(9, 9))[0] == 200


def test_a_wrong_old_size_is_answered_with_the_right_one(witness: Serving, log: Log):
    witness.ask(log.request(0, 9))

    assert witness.ask(log.request(0, 12)) == (409, "text/x.tlog.size", "9\n")


def test_a_smaller_head_is_refused(witness: Serving, log: Log):
    witness.ask(log.request(0, 9))

    assert witness.ask(log.request(9, 5))[0] == 400
    assert witness.ask(log.request(5, 5)) == (409, "text/x.tlog.size", "9\n")


def test_another_root_of_the_same_size_is_refused_and_kept_as_evidence(
    witness: Serving, log: Log, folder: Path
):
    witness.ask(log.request(0, 9))
    log.leaves[3] = b"changed"

    assert witness.ask(log.request(9, 9))[0] == 409
    assert log.text(9) in next(folder.glob("contradiction-*")).read_text()


def test_a_head_that_does_not_continue_is_refused_whatever_the_proof(witness: Serving, log: Log):
    witness.ask(log.request(0, 9))
    honest = log.request(9, 20)
    log.leaves[3] = b"changed"

    assert witness.ask(log.request(9, 20))[0] == 422
    assert witness.ask(log.request(9, 20, []))[0] == 422
    assert witness.ask(honest)[0] == 200


def test_one_head_shown_often_fills_one_file_of_evidence(witness: Serving, folder: Path, log: Log):
    witness.ask(log.request(0, 9))
    for count in range(3):
        stray = f"\u2014 stray{count} {'A' * 8}\n".encode()

        assert witness.ask(log.request(9, 20, []) + stray)[0] == 422
    assert len(list(folder.glob("contradiction-*"))) == 1


def test_a_proof_with_one_flipped_bit_is_refused(witness: Serving, log: Log):
    chance = random.Random(6)  # noqa: S311
    witness.ask(log.request(0, 37))
    for size in (38, 64, 65, 200):
        body = bytearray(log.request(37, size))
        lines = bytes(body).split(b"\n")
        at = len(lines[0]) + 1 + chance.randrange(len(lines[1]) - 2)
        body[at] = ord("A") if body[at] != ord("A") else ord("B")
        assert witness.ask(bytes(body))[0] in (400, 422)


def test_an_unknown_log_and_a_foreign_key_are_refused(witness: Serving, log: Log):
    assert witness.ask(Log("other.example").request(0, 5))[0] == 404
    assert witness.ask(Log().request(0, 5))[0] == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\nlog.example\n1\nAAAA\n\n\xe2\x80\x94 x AAAA\n",
        b"old -1\n\nlog.example\n",
        b"\xff\xfe",
        b"old 0\nnot base64\n\nlog.example\n",
        b"old 0\n" + b"AAAA\n" * 64 + b"\n",
    ],
)
def test_what_is_no_request_is_400(witness: Serving, body: bytes):
    assert witness.ask(body or b"\n")[0] == 400


def test_a_large_body_and_other_addresses_are_refused(witness: Serving):
    assert witness.ask(b"x" * 70_000)[0] == 413
    assert witness.ask(b"x", path="/other")[0] == 404


def test_it_remembers_over_a_kill(folder: Path, log: Log):
    with serving(folder) as first:
        first.ask(log.request(0, 9))
    log.leaves[3] = b"changed"

    with serving(folder) as second:
        assert second.ask(log.request(9, 20))[0] == 422
    assert f"{log.origin} 9 " in run("show", str(folder)).stdout


def test_it_shows_the_newest_head_with_its_cosignature(witness: Serving, log: Log):
    witness.ask(log.request(0, 9))

    status, _, note = witness.ask(b"", "GET", "/checkpoint?origin=log.example")

    assert status == 200
    assert note.startswith(log.note(9))
    assert is_cosigned(witness.vkey, log.text(9), note.removeprefix(log.note(9)))


def test_it_does_not_begin_again_when_its_memory_is_lost(folder: Path, log: Log):
    for file in folder.glob("*.json"):
        file.unlink()

    served, trusted = run("serve", str(folder)), run("trust", str(folder), log.vkey)

    assert served.returncode == trusted.returncode == 1
    assert "begin a new witness" in served.stderr
    assert "begin a new witness" in trusted.stderr


def test_a_new_key_of_the_same_log_keeps_what_was_seen(folder: Path, log: Log):
    with serving(folder) as first:
        first.ask(log.request(0, 9))
    again = Log(leaves=log.leaves)
    run("trust", str(folder), again.vkey)

    with serving(folder) as second:
        assert second.ask(again.request(0, 12))[0] == 409
        assert second.ask(again.request(9, 12))[0] == 200


def test_a_new_key_instead_of_a_lost_one_keeps_what_was_seen(folder: Path, log: Log):
    with serving(folder) as first:
        first.ask(log.request(0, 9))
    again = Log(leaves=log.leaves)
    other = Log("other.example")
    run("trust", str(folder), other.vkey)
    run("trust", str(folder), again.vkey, "--only")

    with serving(folder) as second:
        assert second.ask(log.request(9, 12))[0] == 403
        assert second.ask(again.request(9, 12))[0] == 200
        assert second.ask(other.request(0, 3))[0] == 200


def test_only_one_serves_a_folder(witness: Serving, folder: Path):
    assert "serves" in run("serve", str(folder), "--listen", "127.0.0.1:0").stderr


def test_its_key_is_readable_by_its_owner_only(folder: Path):
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
