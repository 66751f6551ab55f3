"""Make the key that signs decisions, unless there is one."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from governance.pipelines.key_actions import make_key
from governance.pipelines.keyfile import KeyFileError


class Command(BaseCommand):
    help = "Make the key that signs decisions for pipelines, unless there is one; print its name."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and print its name."""
        try:
            self.stdout.write(make_key().kid)
        except KeyFileError as error:
            raise CommandError(str(error)) from error
