"""Load the demo organisation into an empty installation."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from governance.common.errors import DomainError
from governance.demo.story import tell
from governance.ledger.actions import sequence_all


class Command(BaseCommand):
    """Make Halden Mutual: about 50 systems in all tiers, and one sign-in for each role."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Make everything or nothing, and leave the sign-ins beside the data."""
        try:
            signins = tell(today=timezone.localdate(), password=new_password)
        except DomainError as error:
            raise CommandError(f"The demo needs an empty installation. {error}") from error
        sequence_all()
        keep(signins, Path(settings.DATA_DIR) / "demo_signins.json")
        for row in signins:
            self.stdout.write(f"{row['role']:<20} {row['email']:<34} {row['password']}")


def new_password() -> str:
    """Return a password that a person can copy."""
    return secrets.token_urlsafe(9)


def keep(signins: list[dict[str, str]], target: Path) -> None:
    """Write the sign-ins where only this account reads them."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(signins, file, indent=1)
