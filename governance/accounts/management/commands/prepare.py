"""Bring an installation up to this version: tables, broker, static files, signing key."""

import hashlib
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.accounts.models import BusinessUnit
from governance.health import broker

# What the packages bring and no page of ours uses; compressing it takes half a minute.
UNUSED = ["account", "django_htmx", "guardian", "redoc", "rest_framework", "swagger-ui-es-*"]


def collect_static() -> bool:
    """Collect the static files unless they are as they were; return whether it was needed."""
    stamp, digest = settings.STATIC_ROOT / ".collected", static_digest()
    if stamp.exists() and stamp.read_text() == digest:
        return False
    call_command(
        "collectstatic", verbosity=0, interactive=False, clear=True, ignore_patterns=UNUSED
    )
    stamp.write_text(digest)
    return True


def static_digest() -> str:
    """Return a digest of every source file's path, size and time, and of the way they are kept."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list(UNUSED):
            found = storage.path(path), storage.size(path), storage.get_modified_time(path)
            digest.update(repr(found).encode())
    return digest.hexdigest()


class Command(BaseCommand):
    help = (
        "Apply migrations, make the queues where PostgreSQL is the broker, collect the static "
        "files, and make the key of decisions. Prints `new` when there is no organisation yet, "
        "else `kept`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the flag of a host that is known to be the only one."""
        parser.add_argument(
            "--recover",
            action="store_true",
            help="hand out again what killed workers held; only while no worker runs anywhere",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps in order."""
        call_command("migrate", verbosity=0, interactive=False)
        if broker.is_pgmq():
            broker.install()
            if options["recover"]:
                broker.recover()
        collect_static()
        self._make_signing_key()
        self.stdout.write("kept" if BusinessUnit.objects.exists() else "new")

    def _make_signing_key(self) -> None:
        """Make the key of decisions; where another host has it, say so and go on."""
        try:
            call_command("make_signing_key", stdout=StringIO())
        except CommandError as error:
            self.stderr.write(str(error))
