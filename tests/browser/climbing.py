"""Items that climb, for the browser tests."""

from datetime import timedelta

from django.utils import timezone

from governance.accounts.models import User
from governance.escalation.link_actions import make_ack_link
from governance.escalation.models import Item
from governance.escalation.open_actions import open_items
from governance.escalation.rules import Due
from governance.notices.rules import Severity
from inventory.systems.models import AISystem


def fill(system: AISystem, owner: User) -> dict[str, str | int]:
    """Return an item that was due yesterday, and the address of a link that acknowledges it."""
    now = timezone.now()
    due = Due(
        key=f"{system.pk}:tour:1",
        kind="tour",
        title="The data processing agreement ends and nobody has renewed it",
        unit_id=system.unit_id,
        system_id=system.pk,
        url=f"/systems/{system.ref}/",
        due_at=now - timedelta(days=1),
        since=now - timedelta(days=30),
        severity=Severity.HIGH,
        whom=(owner.pk,),
    )
    open_items([due], plans={})
    item = Item.objects.get(key=due.key)
    return {"climbing": item.ref, "ack": make_ack_link(item, owner).strip("/")}
