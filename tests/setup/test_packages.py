"""The virtual environment is made once for each lock file."""

import pytest
from launcher import packages


@pytest.fixture
def a_venv(tmp_path, monkeypatch):
    """A folder that takes .venv's place, and a list of the commands that would have run."""
    ran: list[list[str]] = []
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    monkeypatch.setattr(packages, "STAMP", tmp_path / "muster.json")
    monkeypatch.setattr(packages, "_venv_works", lambda: True)
    monkeypatch.setattr(packages, "_uv", lambda: tmp_path / "uv")
    monkeypatch.setattr(packages, "uv_environment", dict)
    monkeypatch.setattr(
        packages, "run_step", lambda command, **_: ran.append([str(word) for word in command])
    )
    (tmp_path / "requirements.lock").write_text("rfc8785==0.1.4 --hash=sha256:00\n")
    return tmp_path, ran


def test_packages_are_installed_with_their_hashes_and_only_when_the_lock_changed(a_venv):
    folder, ran = a_venv

    assert packages.install("requirements.lock")
    assert not packages.install("requirements.lock")
    (folder / "requirements.lock").write_text("rfc8785==0.1.5 --hash=sha256:00\n")
    assert packages.install("requirements.lock")

    assert len(ran) == 2
    assert all("--require-hashes" in command for command in ran)


def test_uv_uses_the_indexes_that_pip_is_configured_with():
    listed = (
        "global.extra-index-url='file:///srv/a file:///srv/b'\n"
        "global.index-url='https://packages.example/simple'\n"
        ":env:.find-links='/srv/wheels'\n"
        "global.timeout='60'\n"
    )

    assert packages._pip_settings(listed) == {
        "UV_INDEX": "file:///srv/a file:///srv/b",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": "https://packages.example/simple",
        "UV_FIND_LINKS": "/srv/wheels",
    }


def test_without_pip_and_venv_the_line_that_installs_them_is_said(monkeypatch):
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(packages, "is_root", lambda: False)

    with pytest.raises(packages.Problem, match="apt-get install python3-venv python3-pip"):
        packages._pip()
