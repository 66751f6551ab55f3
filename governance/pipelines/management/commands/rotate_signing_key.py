"""Let another key sign decisions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import User
from governance.ledger.actions import Actor
from governance.ledger.rules import CLOCK
from governance.pipelines.key_actions import rotate_key
from governance.pipelines.keyfile import KeyFileError


class Command(BaseCommand):
    help = "Let a new key sign decisions; the one before counts until its last token has ended."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add in whose name."""
        parser.add_argument("--by", metavar="EMAIL", help="the administrator who does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rotate, and print the name of the new key."""
        actor: Actor = CLOCK
        if email := options["by"]:
            person = User.objects.filter(email__iexact=email, is_active=True).first()
            if person is None:
                raise CommandError(f"Nobody signs in as {email}.")
            actor = person
        try:
            self.stdout.write(rotate_key(actor=actor).kid)
        except (KeyFileError, PermissionDenied) as error:
            raise CommandError(str(error)) from error
