"""Whatever is wrong with the machine is said in one sentence, before anything is started."""

import runpy
import socket
import sys
from collections import namedtuple

import pytest
from launcher import checks
from launcher.common import ROOT, Problem, version
from launcher.start import parse

from tests.setup.conftest import free_port, start_fails

Usage = namedtuple("Usage", "total used free")


def one_sentence(text: str) -> bool:
    """Return whether a text is a single line of ours, without a traceback."""
    return text.startswith("muster: ") and text.count("\n") == 1


def test_a_taken_port_ends_the_start_with_a_sentence_that_names_another(tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        code, said = start_fails("--port", str(port), "--data", str(tmp_path))

    assert code == 1
    assert one_sentence(said)
    assert f"Port {port} is taken" in said
    assert f"--port {port + 1}" in said


def test_a_data_folder_of_a_newer_version_is_left_alone(tmp_path):
    (tmp_path / "version").write_text("9.1.0")

    code, said = start_fails("--port", str(free_port()), "--data", str(tmp_path))

    assert code == 1
    assert one_sentence(said)
    assert "is from Muster 9.1.0" in said
    assert [path.name for path in tmp_path.iterdir()] == ["version"]


def test_a_data_folder_that_is_a_file_ends_the_start_with_a_sentence(tmp_path):
    (tmp_path / "data").write_text("")

    code, said = start_fails("--port", str(free_port()), "--data", str(tmp_path / "data"))

    assert code == 1
    assert one_sentence(said)
    assert "cannot be written" in said


@pytest.mark.parametrize(
    ("theirs", "allowed"),
    [("0.0.9", True), ("0.1.0", True), ("0.1.1", False), ("0.10.0", False), ("1.0", False)],
)
def test_versions_are_compared_as_numbers(tmp_path, theirs, allowed):
    (tmp_path / "version").write_text(theirs)

    if allowed:
        checks.data_version(tmp_path, "0.1.0")
    else:
        with pytest.raises(Problem, match="newer"):
            checks.data_version(tmp_path, "0.1.0")


def test_a_full_disk_is_said_with_what_is_free_and_what_is_needed(tmp_path, monkeypatch):
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: Usage(10**9, 10**9, 3 * 2**20))

    with pytest.raises(Problem, match="3 MB are free and 200 MB are needed"):
        checks.disk_has(tmp_path, 200)


def test_an_old_python_is_refused_before_anything_is_imported(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))

    with pytest.raises(SystemExit, match=r"3\.11 or newer is needed and this is Python 3\.9"):
        runpy.run_path(str(ROOT / "bin" / "start"), run_name="__main__")


def missing(name: str) -> object:
    raise OSError(f"cannot load {name}")


def test_without_pango_an_ordinary_user_is_told_the_line_that_installs_it(monkeypatch):
    monkeypatch.setattr(checks, "is_root", lambda: False)

    with pytest.raises(Problem, match=r"run `sudo apt-get install .*libpango-1\.0-0 libpangoft2"):
        checks.pango(missing)


def test_without_pango_root_installs_it_and_says_so(monkeypatch, capsys):
    installed: list[str] = []
    monkeypatch.setattr(checks, "is_root", lambda: True)
    monkeypatch.setattr(checks.shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(checks, "apt_install", lambda names, problem: installed.extend(names))

    checks.pango(lambda name: name if installed else missing(name))

    assert installed == checks.PANGO_PACKAGES.split()
    assert "installing it (apt-get install" in capsys.readouterr().out


def test_the_version_is_the_same_wherever_it_is_told(settings, capsys):
    with pytest.raises(SystemExit):
        parse(["--version"])

    assert capsys.readouterr().out == f"Muster {settings.VERSION}\n"
    assert version() == settings.VERSION
