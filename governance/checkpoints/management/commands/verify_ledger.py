"""Check the record from the command line."""

import re
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.checkpoints.verification import verify_signed


class Command(BaseCommand):
    """Recompute every leaf and the root; exit 1 names the first entry that does not hold."""

    help = (
        "Check every entry of the record, and its root against every signed checkpoint and every "
        "other root known. "
        "Exit 0 prints size and root; exit 1 names the first entry that does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a size and a root that were kept outside."""
        parser.add_argument("--size", type=int, help="how many entries there were")
        parser.add_argument("--root", help="the root over them, 64 hexadecimal digits")

    def handle(self, *, size: int | None, root: str | None, **options: Any) -> None:
        """Check, and say what was found."""
        if (size is None) != (root is None):
            raise CommandError("--size and --root go together: the root there was at that size.")
        if root is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", root):
            raise CommandError("--root is 64 hexadecimal digits.")
        report = verify_signed({size: root} if size is not None and root is not None else {})
        if report.fault:
            self.stderr.write(f"DOES NOT HOLD. {report.fault}")
            sys.exit(1)
        waiting = f", {report.waiting} more wait for their number" if report.waiting else ""
        self.stdout.write(f"holds: {report.size} entries{waiting}\nroot {report.root}")
