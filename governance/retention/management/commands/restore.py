"""Bring one backup back."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.common.errors import DomainError
from governance.retention.backups.restoring import restore_backup


class Command(BaseCommand):
    """Restore into an empty database, check the record, erase again."""

    help = "Bring a backup back into an empty database and storage folder, checked throughout."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the backup's folder and that of the notes of erasures."""
        parser.add_argument("folder", type=Path, help="muster-…, with manifest.json in it")
        parser.add_argument(
            "--erasures",
            type=Path,
            default=settings.ERASURES,
            help="notes of erasures since the backup; what they name is erased again",
        )

    def handle(self, *, folder: Path, erasures: Path, **options: Any) -> None:
        """Restore, and say what came back."""
        try:
            came = restore_backup(folder, erasures=erasures)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"restored: {came.rows} rows, {came.files} files\n"
            f"holds: {came.size} entries\nroot {came.root}\n"
            f"erased again: {came.erased_again} values"
        )
        if came.keys:
            self.stdout.write(f"keys: {', '.join(came.keys)}")
