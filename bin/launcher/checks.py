"""What must hold before anything is started. Each failure is one sentence that says what to do."""

import ctypes
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from launcher.common import Problem, is_root, run_step, say

MEGABYTE = 1024 * 1024
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PANGO_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


def port_is_free(host: str, port: int) -> None:
    """Refuse a port that somebody listens on, or that this user may not open."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Problem(
                f"Port {port} needs root: choose one from 1024 up, as in `bin/start --port 8000`."
            ) from None
        except OSError:
            raise Problem(
                f"Port {port} is taken by another program: "
                f"stop that, or choose another, as in `bin/start --port {port + 1}`."
            ) from None


def disk_has(folder: Path, megabytes: int) -> None:
    """Refuse to start where the disk has less room than that."""
    free = shutil.disk_usage(folder).free // MEGABYTE
    if free < megabytes:
        raise Problem(
            f"The disk of {folder} is full: {free} MB are free and {megabytes} MB are needed. "
            "Make room, or keep the data elsewhere with --data DIR."
        )


def data_folder(folder: Path) -> None:
    """Make the data folder, or say why it cannot be used."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Problem(
            f"The data folder {folder} cannot be written ({error.strerror}): "
            "make it writable, or choose another with --data DIR."
        ) from None


def data_version(folder: Path, ours: str) -> None:
    """Refuse a data folder that a newer version wrote."""
    mark = folder / "version"
    theirs = mark.read_text().strip() if mark.exists() else ours
    if _numbers(theirs) > _numbers(ours):
        raise Problem(
            f"The data folder {folder} is from Muster {theirs} and this is {ours}: "
            f"use Muster {theirs} or newer, or another folder with --data DIR."
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def pango(load: Callable[[str], object] = ctypes.CDLL) -> None:
    """Install the libraries that write PDF files where we may, or say the line that does."""
    if _loads(load):
        return
    line = f"apt-get install --no-install-recommends {PANGO_PACKAGES}"
    problem = f"Pango is missing, which writes the PDF files: run `sudo {line}` and start again."
    if not (is_root() and shutil.which("apt-get")):
        raise Problem(problem)
    say(f"Pango is missing, which writes the PDF files: installing it ({line}).")
    apt_install(PANGO_PACKAGES.split(), problem)
    if not _loads(load):
        raise Problem(problem)


def _loads(load: Callable[[str], object]) -> bool:
    try:
        for name in PANGO_LIBRARIES:
            load(name)
    except OSError:
        return False
    return True


def apt_install(packages: list[str], problem: str) -> None:
    """Install Debian packages as root; raise Problem with the given sentence when that fails."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    try:
        run_step(command, failure=problem)
    except Problem:
        run_step(["apt-get", "update"], failure=problem)
        run_step(command, failure=problem)
