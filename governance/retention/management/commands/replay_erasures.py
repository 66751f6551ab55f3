"""Erase again, after a restore, what was erased since the backup."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from governance.ledger.actions import sequence_all
from governance.retention.notes import replay


class Command(BaseCommand):
    """Read the notes of erasures and erase what came back."""

    help = "Erase again what the notes of erasures name and a restored backup still holds."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder of the notes."""
        parser.add_argument("folder", nargs="?", type=Path, default=settings.ERASURES)

    def handle(self, *, folder: Path, **options: Any) -> None:
        """Erase, and say how many values went."""
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
        sequence_all()
        with transaction.atomic():
            count = replay(folder)
        self.stdout.write(f"erased again: {count} values")
