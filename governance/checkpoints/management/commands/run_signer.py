"""Hold the key in a process of its own."""

import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.checkpoints.keyfile import KeyFileError
from governance.checkpoints.serving import Memory, RefusedError, listening, serve
from governance.checkpoints.signing import SOCKET, keeper


class Command(BaseCommand):
    """Answer over a Unix socket; sign no two roots for one size, and none smaller than before."""

    help = (
        "Hold the key that signs checkpoints, as a user of its own, and sign over a Unix socket. "
        "It refuses a second root for a size, and a size below one it signed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to listen and where to remember."""
        parser.add_argument("--socket", type=Path, required=True, help="the path to listen at")
        parser.add_argument("--state", type=Path, help="the file that remembers what was signed")
        parser.add_argument("--rights", default="660", help="of the socket, octal")

    def handle(self, *, socket: Path, state: Path | None, rights: str, **options: Any) -> None:
        """Listen until a signal ends it."""
        if settings.LOG_SIGNER.startswith(SOCKET):
            raise CommandError("This process holds the key itself: unset LOG_SIGNER for it.")
        path: Path = settings.LOG_KEY_FILE
        memory = Memory(state or path.with_name(path.name + ".signed"))
        try:
            key = (keeper().held("") if memory.signed()[0] else keeper().first()).key
        except (KeyFileError, RefusedError) as error:
            raise CommandError(str(error)) from error
        over = threading.Event()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: over.set())
        with listening(socket, int(rights, 8)) as line:
            self.stdout.write(f"signs for {key} at {socket}")
            self.stdout.flush()
            serve(line, keeper(), memory, over.is_set)
        socket.unlink(missing_ok=True)
