"""What was told about things, what is unread, which endpoints hear of an event."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from governance.accounts.models import Membership, User
from governance.accounts.rules import Role
from governance.notices.models import Endpoint, Notice
from governance.notices.rules import NoticeState, lets_through


@dataclass(frozen=True)
class Told:
    """One thing told: to whom, by which channel, with what result.

    `at` is when it was told, or from when on it may go. A notice that went in the mail of
    another has that one's state, time, message id and result.
    """

    item: str
    step: int
    loop: int
    channel: str
    person: str
    endpoint: str
    severity: str
    state: NoticeState
    at: datetime
    attempts: int
    message_id: str
    result: str


def sent_for(items: Iterable[str]) -> dict[str, list[Told]]:
    """Return what was told about each item, oldest first, in one query."""
    rows = Notice.objects.filter(item__in=list(items)).select_related("person", "endpoint", "into")
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows.order_by("created_at", "pk"):
        found[row.item].append(_told(row))
    return dict(found)


def _told(row: Notice) -> Told:
    mail = row.into or row
    return Told(
        item=row.item,
        step=row.step,
        loop=row.loop,
        channel=row.channel,
        person=row.person.name if row.person else "",
        endpoint=row.endpoint.name if row.endpoint else "",
        severity=row.severity,
        state=NoticeState(mail.status),
        at=mail.sent_at or mail.due_at,
        attempts=mail.attempts,
        message_id=mail.message_id,
        result=mail.result,
    )


def endpoints_for(kind: str) -> list[Endpoint]:
    """Return the enabled endpoints whose filter lets an event of this type through."""
    enabled = Endpoint.objects.enabled().order_by("pk")
    return [one for one in enabled if lets_through(one.events, kind)]


def unread_count(user: User) -> int:
    """Return how much the person was told in the app and has not read."""
    return Notice.objects.visible_to(user).unread().count()


def administrators() -> list[User]:
    """Return who administers the organisation today."""
    today = timezone.localdate()
    live = Membership.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today),
        role=Role.ADMINISTRATOR,
        unit__parent__isnull=True,
    )
    people = User.objects.filter(is_active=True, is_service=False, pk__in=live.values("user_id"))
    return list(people.order_by("pk"))
