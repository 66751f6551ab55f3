"""An organisation with a record and files, and commands run as an operator runs them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from governance.ledger.actions import sequence_all
from tests.factories import make_system
from tests.live import database_url

ROOT = Path(__file__).resolve().parent.parent.parent
Command = Callable[..., subprocess.CompletedProcess[str]]


def named(url: str, name: str) -> str:
    """Return the address of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture
def command() -> Command:
    """Return a function that runs manage.py in a process and a data folder of its own."""

    def run(url: str, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
        data.mkdir(exist_ok=True)
        env = os.environ | {
            "DATABASE_URL": url,
            "DATA_DIR": str(data),
            "MUSTER_MODE": "local",
            "DJANGO_SETTINGS_MODULE": "governance.settings",
        }
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture
def home(transactional_db, claims, officer, tmp_path) -> Path:
    """The data folder of an installation with systems, a file, and three secret keys."""
    for at in range(3):
        make_system(actor=officer, unit=claims, name=f"System {at}", owner=officer)
    sequence_all()
    data = tmp_path / "home"
    (data / "storage" / "packs").mkdir(parents=True)
    (data / "storage" / "packs" / "EP-001.pdf").write_bytes(b"%PDF-1.7 sealed")
    for name in ("log.key", "seal.pem", "decisions.key"):
        (data / name).write_text(f"secret {name}")
    return data


@pytest.fixture
def source(home) -> str:
    """The address of the database that the tests fill."""
    return database_url()


@pytest.fixture
def empty(source) -> Iterator[str]:
    """The address of an empty database beside it, gone after the test."""
    name = f"{urlsplit(source).path[1:]}_restored"
    quoted = sql.Identifier(name)
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(quoted))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(quoted))
    yield named(source, name)
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


@pytest.fixture
def backup(command, source, home, tmp_path) -> Path:
    """The folder of a backup just made."""
    done = command(source, home, "backup", str(tmp_path / "backups"))
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.splitlines()[0])
