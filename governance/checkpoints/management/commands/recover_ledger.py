"""Sign, from the command line, that the record goes on as it is."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.checkpoints.key_loss_actions import replace_lost
from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.outside import look
from governance.checkpoints.recovery_actions import recover
from governance.checkpoints.standing import open_doubts
from governance.common.clock import database_now
from governance.common.errors import DomainError

METHOD = "command line"  # whoever runs commands here has the server's keys


class Command(BaseCommand):
    """Compare the record with what lies outside; then sign a recovery."""

    help = (
        "Sign that the record goes on as it is although a checkpoint outside speaks against it; "
        "the entry names both. Without --actor it only says what was found."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who signs, and why."""
        parser.add_argument("--actor", metavar="MAIL", help="address of who signs")
        parser.add_argument("--reason", default="", help="what happened, for the record")
        parser.add_argument(
            "--new-key",
            action="store_true",
            help="the key was declared lost by another administrator: make a new one on this host",
        )

    def handle(self, *, actor: str | None, reason: str, **options: Any) -> None:
        """Look, and sign when told to."""
        look()
        for doubt in open_doubts():
            self.stdout.write(doubt.words)
        if not actor:
            found = "An administrator has to sign." if open_doubts() else "Nothing to recover."
            self.stdout.write(found)
            return
        if (person := User.objects.filter(email__iexact=actor, is_active=True).first()) is None:
            raise CommandError(f"Nobody with an open account has the address {actor}.")
        try:
            if options["new_key"]:
                self.stdout.write(replace_lost(actor=person, reason=reason).vkey)
                return
            proof = Proof(person.handle, METHOD, database_now())
            row = recover(actor=person, reason=reason, proof=proof)
        except (DomainError, PermissionDenied, KeyFileError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Signed: the record goes on with {row.own_size} entries.")
