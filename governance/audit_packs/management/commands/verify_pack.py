"""Check a pack from the command line."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.audit_packs.verification import GOOD, check_file


class Command(BaseCommand):
    """Compare a file with the record; exit 0 good, 1 altered or unknown, 2 unreadable."""

    help = (
        "Check a pack's file against the record: its SHA-256, the entry that sealed it, and the "
        "ledger's root at that size. Exit 0 good, 1 altered or unknown, 2 unreadable."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="the zip or the PDF as it was downloaded")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Check, and say what was found."""
        verdict = check_file(file)
        out = self.stdout if verdict.code == GOOD else self.stderr
        out.write("\n".join(verdict.lines))
        if verdict.code != GOOD:
            sys.exit(verdict.code)
