"""Let another key sign the record's head."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import User
from governance.checkpoints.actions import rotate_key
from governance.checkpoints.keyfile import KeyFileError
from governance.common.errors import DomainError


class Command(BaseCommand):
    """Make a new key, named in a note that the key before signed too; destroy the old one."""

    help = (
        "Let a new key sign checkpoints. A note signed by both keys leads from the old one, which "
        "auditors hold, to the new one; the private half of the old key is destroyed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take in whose name, and why."""
        parser.add_argument("--actor", metavar="MAIL", required=True, help="an administrator")
        parser.add_argument("--reason", metavar="TEXT", required=True)

    def handle(self, *, actor: str, reason: str, **options: Any) -> None:
        """Change the key, and print the new one to be published."""
        person = User.objects.filter(email__iexact=actor, is_active=True).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {actor}.")
        try:
            self.stdout.write(rotate_key(actor=person, reason=reason).vkey)
        except (KeyFileError, PermissionDenied, DomainError) as error:
            raise CommandError(str(error)) from error
