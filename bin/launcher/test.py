"""bin/test: install what is lacking, bring up a database of its own, run pytest."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from launcher import checks, packages
from launcher.common import (
    PYTHON,
    ROOT,
    Problem,
    Stopped,
    end_group,
    is_root,
    listen_for_stop,
    run_step,
    say,
    stop_asked,
)
from launcher.postgres import Server

LOCK = "requirements-dev.lock"
AXE = "axe-core@4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
AXE_FILE = ROOT / "var" / "axe" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "chromium-headless-shell")
BROWSER_PACKAGES = ["chromium", "libatomic1", "fonts-dejavu-core"]
JAXB = Path("/usr/share/java/jaxb-runtime.jar")
VALIDATOR_PACKAGES = ["default-jre-headless", "libjaxb-java", "libactivation-java"]
SLOW = ("browser", "worker", "contract", "seeded", "faults", "mlflow")
FAST = ["-m", " and ".join(f"not {kind}" for kind in SLOW)]
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def main(arguments: Sequence[str]) -> int:
    """Run, and return pytest's exit code, or 1 with one sentence."""
    options, more = parse(arguments)
    listen_for_stop()
    try:
        checks.pango()
        packages.install(LOCK)
        env = dict(os.environ) if options.fast else _with_browser()
        if not options.fast:
            _validator()
        if options.install:
            return 0
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        with _database(env):
            return _pytest([*(FAST if options.fast else []), *more], env)
    except Problem as problem:
        print(f"muster: {problem}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130


def parse(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """Read our flags; whatever else is there goes to pytest."""
    parser = argparse.ArgumentParser(
        prog="bin/test", description="Run the tests. Further arguments go to pytest."
    )
    parser.add_argument("--fast", action="store_true", help="leave out browser and worker tests")
    parser.add_argument("--install", action="store_true", help="install what is lacking, and stop")
    return parser.parse_known_args(arguments)


@contextmanager
def _database(env: dict[str, str]) -> Iterator[None]:
    """Run a PostgreSQL of the tests' own around the block, unless the environment names one."""
    if env.get("DATABASE_URL"):
        yield
        return
    folder = ROOT / "var" / "test"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        data = Path(name)
        data.chmod(0o711)
        server = Server(data, data / "postgresql.log", UNSAFE_BUT_FAST)
        server.start()
        try:
            server.sql("postgres", "CREATE DATABASE muster")
            env["DATABASE_URL"] = server.url("muster")
            yield
        finally:
            server.stop()


def _pytest(arguments: list[str], env: dict[str, str]) -> int:
    """Run pytest on both cores unless told otherwise, and return its exit code."""
    command = [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "loadfile", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    while process.poll() is None:
        if stop_asked.wait(0.1):
            end_group(process)
            raise Stopped
    return process.returncode


def _with_browser() -> dict[str, str]:
    """Return the environment with the paths of a browser and of axe-core."""
    return {"CHROMIUM": _browser(), "AXE_PATH": str(_axe())} | dict(os.environ)


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    line = f"apt-get install --no-install-recommends {' '.join(BROWSER_PACKAGES)}"
    problem = f"The browser tests need Chromium: run `sudo {line}`, or `bin/test --fast`."
    _install(BROWSER_PACKAGES, problem)
    return shutil.which("chromium") or "/usr/bin/chromium"


def _validator() -> None:
    """Install what veraPDF runs on, where we may; its tests are skipped where we may not."""
    if not (shutil.which("java") and JAXB.exists()) and is_root() and shutil.which("apt-get"):
        with suppress(Problem):
            _install(VALIDATOR_PACKAGES, "veraPDF's tests need a Java.")


def _install(names: list[str], problem: str) -> None:
    if not (is_root() and shutil.which("apt-get")):
        raise Problem(problem)
    say(f"Installing {' '.join(names)} (once).")
    checks.apt_install(names, problem)


def _axe() -> Path:
    """Return axe-core's script, fetched once with npm and checked by its sum."""
    if not AXE_FILE.exists():
        if not shutil.which("npm"):
            _install(["npm"], "The browser tests need npm, to fetch axe-core: install it.")
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", AXE]
            run_step(command, failure=f"npm could not fetch {AXE}.", cwd=Path(folder))
            with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
                archive.extract("package/axe.min.js", folder, filter="data")
            AXE_FILE.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(folder) / "package" / "axe.min.js", AXE_FILE)
    if hashlib.sha256(AXE_FILE.read_bytes()).hexdigest() != AXE_SHA256:
        raise Problem(f"{AXE_FILE} is not {AXE}: delete it and start again.")
    return AXE_FILE
