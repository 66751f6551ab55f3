"""One mail out of a notice and those that go with it: text and HTML, the same at every try."""

from collections.abc import Sequence
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from governance.notices.models import Notice
from governance.notices.rules import ADDRESS_ASKED, Severity, stable_id

MOST_SHOWN = 40  # of the notices in one mail; the app shows all
LONGEST_SUBJECT = 180
BUTTONS = {ADDRESS_ASKED: "Confirm this address"}  # what the link of a kind does, by its kind


def one_line(text: str) -> str:
    """Return a text that may stand in a header: one line, without control characters."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def absolute(path: str) -> str:
    """Return the address of a page of ours; empty for none."""
    return settings.BASE_URL.rstrip("/") + path if path else ""


def message_id(notice: Notice) -> str:
    """Return the Message-ID of a notice's mail, the same at every try."""
    key = stable_id(notice.item, notice.step, notice.loop, notice.recipient, notice.channel)
    return f"<{key}@{_host()}>"


def _host() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


def subject_of(notices: Sequence[Notice]) -> str:
    """Return the subject: the first notice's, with how many others there are."""
    first = one_line(notices[0].subject)[:LONGEST_SUBJECT]
    others = len(notices) - 1
    return f"{first} (and {others} more)" if others else first


def mail_of(
    notices: Sequence[Notice], connection: BaseEmailBackend | None = None
) -> EmailMultiAlternatives:
    """Return the mail to the person of the first notice, about all of them.

    Names and titles come from people: they reach headers as one line, and HTML escaped.
    """
    lead = notices[0]
    assert lead.person  # noqa: S101 - the database wants a person for a mail
    shown = [_section(one) for one in notices[:MOST_SHOWN]]
    name, subject = one_line(lead.person.name), subject_of(notices)
    context = {
        "name": name,
        "sections": shown,
        "more": len(notices) - len(shown),
        "subject": subject,
        "all_url": absolute("/notices/"),
        "settings_url": absolute("/settings/notices/"),
        "is_critical": lead.severity == Severity.CRITICAL,
    }
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string("notices/mail/mail.txt", context),
        to=[formataddr((name, lead.person.email))],
        headers=_headers(lead),
        connection=connection,
    )
    mail.attach_alternative(render_to_string("notices/mail/mail.html", context), "text/html")
    return mail


def _section(notice: Notice) -> dict[str, object]:
    return {
        "subject": one_line(notice.subject),
        "lines": [one_line(str(line)) for line in notice.lines],
        "url": absolute(notice.url),
        "ack_url": absolute(notice.ack_url),
        "button": BUTTONS.get(notice.kind, "Acknowledge"),
    }


def _headers(lead: Notice) -> dict[str, str]:
    thread = stable_id(lead.item, 0, 0, lead.recipient, lead.channel)
    headers = {
        "Message-ID": message_id(lead),
        "References": f"<thread.{thread}@{_host()}>",  # the steps of one item lie together
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Id": f"Muster <notices.{_host()}>",
    }
    if lead.severity == Severity.CRITICAL:
        headers |= {"X-Priority": "1", "Importance": "high"}
    return headers
