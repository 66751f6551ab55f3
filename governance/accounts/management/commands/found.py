"""Make the organisation and its first administrator in an empty installation."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.unit_actions import found_organisation
from governance.common.errors import DomainError


class Command(BaseCommand):
    help = "Make the organisation and its first administrator; the password is shown once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to call them."""
        parser.add_argument("--name", default="Your organisation", help="the organisation")
        parser.add_argument("--email", default="administrator@localhost", help="sign-in address")
        parser.add_argument("--person", default="Administrator", help="the person's name")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make both and print the sign-in."""
        password = secrets.token_urlsafe(15)
        wanted = {key: options[key] for key in ("name", "email", "person")}
        try:
            user = found_organisation(password=password, **wanted)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"The administrator signs in as {user.email} with the password {password}\n"
            "It is shown this once: change it after the first sign-in."
        )
