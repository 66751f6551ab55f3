"""Things that fall due, as tests need them."""

from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from governance.accounts.models import User
from governance.escalation.models import Item
from governance.escalation.open_actions import open_items
from governance.escalation.rules import Due
from governance.notices.rules import Severity


def due(system, *whom: User, **over) -> Due:
    """Return something about a system that was due an hour ago."""
    now = timezone.now()
    fields = {
        "key": f"system:{system.pk}:late",
        "kind": "late",
        "title": "Something is late",
        "unit_id": system.unit_id,
        "system_id": system.pk,
        "url": f"/systems/{system.ref}/",
        "due_at": now - timedelta(hours=1),
        "since": now - timedelta(days=2),
        "severity": Severity.HIGH,
        "whom": tuple(person.pk for person in whom),
    }
    return Due(**{**fields, **over})


def opened(wish: Due, plan=None, at: datetime | None = None) -> Item:
    """Return the open item of something that falls due."""
    open_items([wish], plans={wish.kind: plan}, at=at)
    return Item.objects.open().get(key=wish.key)


def pass_time(item: Item, **span: float) -> None:
    """Let time pass for an item: all that is to come lies so much nearer."""
    gone = timedelta(**span)
    moved = {name: F(name) - gone for name in ("next_step_at", "due_at", "since", "begun_at")}
    moved |= {name: F(name) - gone for name in ("acked_at", "ack_until", "snoozed_until")}
    Item.objects.filter(pk=item.pk).update(**moved)
    item.refresh_from_db()


@pytest.fixture
def item(system, owner) -> Item:
    """An item of Mira Rossi about her system, of which nobody was told yet."""
    return opened(due(system, owner))
