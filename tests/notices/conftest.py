"""Wishes, and moments that tests share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from governance.accounts.models import User
from governance.notices.actions import Wish
from governance.notices.rules import Channel, Severity

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
