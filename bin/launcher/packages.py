"""The virtual environment: made from a hashed lock file, by uv, only when the lock changed."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from launcher.checks import apt_install
from launcher.common import PYTHON, ROOT, VENV, Problem, Words, is_root, run_step, say

UV_FOLDER = ROOT / "var" / "uv"
STAMP = VENV / "muster.json"
NO_PIP = (
    "Python has neither pip nor venv: "
    "run `sudo apt-get install python3-venv python3-pip` and start again."
)
NO_PACKAGES = (
    "The Python packages could not be installed: see the lines below, "
    "check the network and start again."
)


def install(lock: str) -> bool:
    """Bring .venv to a lock file's state; return whether there was anything to do."""
    digest = _digest(ROOT / lock)
    stamp = _read_stamp()
    if stamp.get(lock) == digest:
        return False
    say(f"Installing the Python packages of {lock} into .venv (once).")
    uv, env = _uv(), uv_environment()
    if not _venv_works():
        run_step(
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV],
            failure=NO_PACKAGES,
            env=env,
        )
    command: Words = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    run_step([*command, "--require-hashes", "-r", lock], failure=NO_PACKAGES, env=env)
    STAMP.write_text(json.dumps(stamp | {lock: digest}))
    return True


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def _read_stamp() -> dict[str, str]:
    if not STAMP.exists() or not _venv_works():
        return {}
    return dict(json.loads(STAMP.read_text()))


def _venv_works() -> bool:
    try:
        return subprocess.run([PYTHON, "-c", "0"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _uv() -> Path:
    """Return uv's path; pip puts it into var/uv the first time."""
    uv, lock = UV_FOLDER / "bin" / "uv", ROOT / "bin" / "uv.lock"
    stamp = UV_FOLDER / "lock"
    if uv.exists() and stamp.exists() and stamp.read_text() == _digest(lock):
        return uv
    shutil.rmtree(UV_FOLDER, ignore_errors=True)
    pip = [*_pip(), "install", "--quiet", "--target", UV_FOLDER, "--no-deps"]
    run_step([*pip, "--require-hashes", "--only-binary=:all:", "-r", lock], failure=NO_PACKAGES)
    stamp.write_text(_digest(lock))
    return uv


def _pip() -> Words:
    """Return the command that runs pip; a virtual environment brings it where Python has none."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    if not importlib.util.find_spec("ensurepip"):
        if not (is_root() and shutil.which("apt-get")):
            raise Problem(NO_PIP)
        say("Python has neither pip nor venv: installing python3-venv and python3-pip.")
        apt_install(["python3-venv", "python3-pip"], NO_PIP)
    folder = ROOT / "var" / "pip"
    run_step([sys.executable, "-m", "venv", "--clear", folder], failure=NO_PIP)
    return [folder / "bin" / "python", "-m", "pip"]


def uv_environment() -> dict[str, str]:
    """Return the environment for uv, with what pip is configured to use carried over."""
    listed = subprocess.run(
        [*_pip(), "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = _pip_settings(listed)
    return {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1"} | settings | dict(os.environ)


def _pip_settings(listed: str) -> dict[str, str]:
    """Return uv's variables for the lines of `pip config list`; the environment's come last."""
    names = {
        "index-url": "UV_DEFAULT_INDEX",
        "extra-index-url": "UV_INDEX",
        "find-links": "UV_FIND_LINKS",
        "cert": "SSL_CERT_FILE",
    }
    settings: dict[str, str] = {}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        if name := names.get(key.rpartition(".")[2]):
            text = value.strip().strip("'").replace("\\n", " ").strip()
            settings[name] = ",".join(text.split()) if name == "UV_FIND_LINKS" else text
    if "UV_INDEX" in settings:
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip treats several indexes
    return settings
