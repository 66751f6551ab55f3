"""Wishes, and moments that tests share."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from governance.accounts.models import User
from governance.notices.actions import Wish
from governance.notices.endpoint_actions import add_endpoint
from governance.notices.models import Endpoint
from governance.notices.rules import Channel, Severity
from tests.notices.receivers import Mailbox, Sink, mail_server, sink

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def wish(owner) -> Callable[..., Wish]:
    """Return a function that makes a wish: a mail to Mira Rossi unless said otherwise."""

    def make(person: User | None = owner, **over: Any) -> Wish:
        usual: dict[str, Any] = {
            "item": "AIS-001:agreement:12",
            "step": 1,
            "loop": 0,
            "channel": Channel.EMAIL,
            "severity": Severity.WARNING,
            "subject": "The agreement AGR-012 ends in 30 days",
            "lines": ("It covers Claims triage scorer.", "Notice is due on 1 December 2026."),
            "url": "/agreements/AGR-012/",
        }
        return Wish(person=person, **(usual | over))

    return make


@pytest.fixture
def mailbox(settings) -> Iterator[Mailbox]:
    """A real mail server that the installation sends by."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER = False, ""
        settings.BASE_URL = "https://muster.halden.example"
        yield server


@pytest.fixture
def receiver() -> Iterator[Sink]:
    """A real program that takes webhooks."""
    with sink() as program:
        yield program


@pytest.fixture
def endpoint(receiver, administrator) -> tuple[Endpoint, str]:
    """An endpoint at the receiver, and its secret."""
    return add_endpoint(actor=administrator, name="Ticket system", url=receiver.url)
