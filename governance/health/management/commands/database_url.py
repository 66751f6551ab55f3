"""Tell the database's address, for pg_dump and psql."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Print the database's address, password included, for pg_dump and psql."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        self.stdout.write(settings.DATABASE_URL)
