"""A mailbox of somebody outside: the newest checkpoint as text, at most once a day."""

import hashlib
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from governance.checkpoints.key_notes import is_loss
from governance.checkpoints.sinks.base import Head, Kept, Put, SinkError


@dataclass(frozen=True)
class MailSink:
    """Checkpoints as mails."""

    address: str
    every: timedelta
    is_read_back: bool = False

    @property
    def key(self) -> str:
        """Return the address."""
        return f"mailto:{self.address}"

    @property
    def words(self) -> str:
        """Return whose mailbox it is, and how often it gets one."""
        hours = int(self.every.total_seconds() // 3600)
        return f"Mail to {self.address}, at most one in {hours} hours"

    def put(self, head: Head, known: int) -> Put:
        """Send the checkpoint; a mail that is sent again has the same id."""
        if settings.EMAIL_BACKEND.endswith("dummy.EmailBackend"):
            raise SinkError("No mail server is set (EMAIL_HOST).")
        try:
            self._mail(head, known).send()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            words = f"The mail server did not take it ({type(error).__name__})."
            raise SinkError(words) from error
        return Put(self.address, "taken by the mail server")

    def _mail(self, head: Head, known: int) -> EmailMessage:
        host = urlsplit(settings.BASE_URL).hostname or "localhost"
        digest = hashlib.sha256(f"{self.key}\n{head.name}".encode()).hexdigest()[:32]
        mail = EmailMessage(
            subject=f"Checkpoint of {head.origin}: {head.size:,} entries",
            body=render_to_string("checkpoints/mail.txt", self._told(head, known)),
            to=[parseaddr(self.address)[1]],
            headers={
                "Message-ID": f"<checkpoint.{digest}@{host}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )
        mail.attach(f"checkpoint-{head.size}.txt", head.note, "text/plain")
        if head.key_note:
            mail.attach(head.key_note_name, head.key_note, "text/plain")
        return mail

    def _told(self, head: Head, known: int) -> dict[str, object]:
        return {"head": head, "known": known, "is_lost": is_loss(head.key_note)}

    def kept(self, origin: str, since: int) -> Sequence[Kept]:
        """Return nothing: what was mailed is not read back."""
        return []

    def read(self, one: Kept) -> bytes:
        """Raise SinkError: what was mailed is not read back."""
        raise SinkError("A mailbox shows nothing.")
