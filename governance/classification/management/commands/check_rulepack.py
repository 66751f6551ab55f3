"""Check a rule pack from the command line, before anyone adopts it."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from governance.classification.law import PackError
from governance.classification.packs import load
from governance.classification.rules import engine_of


class Command(BaseCommand):
    """Read a pack as the engine would; exit 1 names file, rule and field of what does not hold."""

    help = (
        "Check a rule pack: a YAML file, or a folder of them. Exit 0 says what it holds; "
        "exit 1 names file, rule and field of the first thing that does not hold."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="a YAML file or a folder of them")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Check, and say what was found."""
        try:
            pack = load(file)
            engine_of(pack)
        except PackError as error:
            self.stderr.write(f"DOES NOT HOLD. {error}")
            sys.exit(1)
        counts = f"{len(pack.facts)} facts, {len(pack.rules)} rules"
        self.stdout.write(f"holds: {counts}, {len(pack.obligations)} obligations")
        self.stdout.write(f"as of {pack.meta['as_of']}, version {pack.version}")
