"""Erase what the record holds about a person, from the command line."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import User
from governance.accounts.rules import Proof
from governance.common.clock import database_now
from governance.common.errors import DomainError
from governance.ledger.actions import sequence_all
from governance.retention.actions import Wish, erase
from governance.retention.queries import Holdings, holdings
from governance.retention.rules import Ground

METHOD = "command line"  # whoever runs commands here has the server's keys


class Command(BaseCommand):
    """Show what would go and what is kept; with --yes, erase."""

    help = "Show what the record holds about somebody and what keeps it; with --yes, erase."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take who, by whom, on what ground and why."""
        parser.add_argument("who", help="the address of an account, or any name or address")
        parser.add_argument("--by", required=True, help="address of the administrator who erases")
        parser.add_argument("--ground", choices=[one.value for one in Ground], default="asked")
        parser.add_argument("--reason", default="", help="for the record, without the name")
        parser.add_argument("--yes", action="store_true", help="erase; without it only look")

    def handle(self, *, who: str, by: str, **options: Any) -> None:
        """Look, and erase when told to."""
        sequence_all()
        person = User.objects.filter(email__iexact=who).first()
        text = "" if person else who
        found = holdings(person=person, text=text)
        self._show(found)
        if not options["yes"]:
            return
        if not options["reason"]:
            raise CommandError("Say why: --reason.")
        actor = User.objects.filter(email__iexact=by).first()
        if actor is None:
            raise CommandError(f"Nobody here has the address {by}.")
        values = frozenset(one.value.pk for one in found.free)
        wish = Wish(Ground(options["ground"]), options["reason"], values)
        proof = Proof(actor.handle, METHOD, database_now())
        try:
            count = erase(wish, actor=actor, proof=proof, person=person, text=text)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"erased: {count}")

    def _show(self, found: Holdings) -> None:
        for one in found.kept:
            if one.ruling:
                rule = one.ruling.rule
                kept = f"kept {one.ruling.words}: {rule.citation}"
                self.stdout.write(f"#{one.number} {one.value.path}: {kept}")
        for one in found.free:
            self.stdout.write(f"#{one.number} {one.value.path}: can be erased")
        self.stdout.write(f"held: {len(found.held)}, kept: {len(found.kept)}")
