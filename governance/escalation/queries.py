"""Reading items and sweeps: what time it is, when the last sweep ended, who may act."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from governance.accounts.access import may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.escalation.models import Item
from governance.escalation.rules import SILENCE


def database_now() -> datetime:
    """Return what time it is for the database; a machine whose clock is wrong decides nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def may_handle(user: User, item: Item) -> bool:
    """Return whether somebody may act on an item: who was told, or who answers in its unit."""
    if user.is_active and user.pk in {*item.whom, *item.told}:
        return True
    return may(user, Capability.ANSWER, item.unit)


@dataclass(frozen=True)
class Liveness:
    """When a sweep ended last; an alarm when that is too long ago."""

    ended_at: datetime | None
    age: timedelta | None

    @property
    def is_alarm(self) -> bool:
        """Return whether nobody has looked for what is due in five minutes."""
        return self.age is None or self.age >= SILENCE

    @property
    def words(self) -> str:
        """Return the age in words: “00:00:37 ago”."""
        if self.age is None:
            return "never"
        seconds = max(0, int(self.age.total_seconds()))
        hours, rest = divmod(seconds, 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02} ago"


def last_sweep() -> Liveness:
    """Return when a sweep ended last, by the database's clock; one query."""
    newest = "SELECT max(ended_at), clock_timestamp() FROM escalation_sweep"
    with connection.cursor() as cursor:
        cursor.execute(newest)
        ended_at, now = cursor.fetchone()
    return Liveness(ended_at, now - ended_at if ended_at else None)
