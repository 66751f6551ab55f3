"""Check the record from the command line."""

import re
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.checkpoints.outside_files import read_checkpoints, where_changed
from governance.checkpoints.standing import is_read_only, open_doubts
from governance.checkpoints.verification import verify_signed
from governance.common.notes import Key, NoteError


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
        parser.add_argument(
            "--checkpoint",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a signed checkpoint that was kept outside, or a folder of them; may be repeated",
        )
        parser.add_argument(
            "--key",
            action="append",
            default=[],
            metavar="VKEY",
            help="the key that signed it, as you noted it outside; may be repeated",
        )

    def handle(self, *, size: int | None, root: str | None, **options: Any) -> None:
        """Check, and say what was found."""
        if (size is None) != (root is None):
            raise CommandError("--size and --root go together: the root there was at that size.")
        if root is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", root):
            raise CommandError("--root is 64 hexadecimal digits.")
        known = self._known(options["checkpoint"], options["key"])
        if size is not None and root is not None:
            known[size] = root
        report = verify_signed(known)
        if report.fault:
            self.stderr.write(f"DOES NOT HOLD. {report.fault}{where_changed(report, known)}")
            sys.exit(1)
        if is_read_only():
            found = " ".join(doubt.words for doubt in open_doubts())
            self.stderr.write(f"DOES NOT AGREE with what is signed or outside. {found}")
            sys.exit(1)
        waiting = f", {report.waiting} more wait for their number" if report.waiting else ""
        self.stdout.write(f"holds: {report.size} entries{waiting}\nroot {report.root}")
        if options["checkpoint"]:
            self.stdout.write(f"agrees with {len(known)} roots that you gave")

    def _known(self, files: list[Path], texts: list[str]) -> dict[int, str]:
        """Return the roots of checkpoints kept outside, by size; each must be signed by a key."""
        if bool(files) != bool(texts):
            raise CommandError("--checkpoint and --key go together: who signed it?")
        try:
            return read_checkpoints(files, [Key.parse(text) for text in texts])
        except (NoteError, OSError) as error:
            raise CommandError(f"{error}") from error
