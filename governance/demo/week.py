"""The last days of the demo organisation: what fell due, who was told, how far it climbed.

The clock's own actions are run at the moments of those days, one after the other, as a worker
would have run them; the record says when it really was. Mails wait for the worker.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.escalation.actions import acknowledge, snooze
from governance.escalation.kinds import kinds
from governance.escalation.models import Item
from governance.escalation.reconcile import reconcile
from governance.escalation.sweeping import sweep

DAYS = timedelta(days=10)  # five working days lie in it, whatever day it is
EVERY = timedelta(hours=6)
HOUR = timedelta(hours=1)
OF_THOSE_DAYS = ("agreement_ends", "agreement_notice")  # whose facts are as old as that


def pass_by(told: Mapping[str, Any], people: Mapping[str, User], today: date) -> None:
    """Let the days until today pass, then let people answer some of what waits for them."""
    end = timezone.now() - (timezone.localdate() - today)
    _step_by_step(end)
    reconcile(end)
    sweep(at=end)
    for row in told["acknowledged"]:
        acknowledge(_item(row), actor=people[row["by"]])
    for row in told["snoozed"]:
        until = timezone.now() + row["hours"] * HOUR
        snooze(_item(row), actor=people[row["by"]], until=until, reason=row["reason"])


def _step_by_step(end: datetime) -> None:
    now = end - DAYS
    reconcile(now, only=[kinds().by_code[code] for code in OF_THOSE_DAYS])
    while now < end:
        sweep(at=now)
        now += EVERY


def _item(row: Mapping[str, Any]) -> Item:
    return Item.objects.open().get(kind=row["kind"], title__contains=row["about"])
