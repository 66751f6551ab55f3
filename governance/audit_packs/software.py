"""Which Muster this is: the commit it was built from."""

import re
from functools import cache
from pathlib import Path

from django.conf import settings

UNKNOWN = "unknown"
COMMIT = re.compile(r"[0-9a-f]{40}")


@cache
def commit() -> str:
    """Return the commit that runs: as the settings say, else that of the working tree."""
    return settings.COMMIT or commit_of(settings.BASE_DIR / ".git")


def commit_of(git: Path) -> str:
    """Return the commit that a repository's HEAD names, read without running git."""
    try:
        head = (git / "HEAD").read_text().strip()
        name = head.removeprefix("ref:").strip()
        if name == head:
            return head if COMMIT.fullmatch(head) else UNKNOWN
        loose = git / name
        found = loose.read_text() if loose.exists() else _packed(git, name)
    except OSError:
        return UNKNOWN
    return found.strip() if COMMIT.fullmatch(found.strip()) else UNKNOWN


def _packed(git: Path, name: str) -> str:
    lines = (git / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), "")
