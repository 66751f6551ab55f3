"""Write one backup."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.common.errors import DomainError
from governance.retention.backups.making import make_backup


class Command(BaseCommand):
    """Dump the database and copy the storage folder, with a manifest over both."""

    help = "Write a backup below a folder: the database, the storage folder, a manifest."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help="the signing keys too: whoever has record and keys can sign another record",
        )

    def handle(self, *, folder: Path, with_keys: bool, **options: Any) -> None:
        """Write it, and say where it lies and what its manifest's digest is."""
        try:
            final, digest = make_backup(folder, with_keys=with_keys)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{final}\nmanifest sha256 {digest}")
