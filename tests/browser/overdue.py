"""An item that has climbed, one that waits, and a policy, for the browser tests."""

from datetime import timedelta

from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from governance.escalation.actions import acknowledge
from governance.escalation.models import Item
from governance.escalation.open_actions import open_items
from governance.escalation.plans import LevelWish, deadline_plan
from governance.escalation.policy_actions import PolicyWish, save_policy
from governance.escalation.rules import ClockKind, Due
from governance.escalation.sweeping import sweep
from governance.notices.rules import Severity
from inventory.systems.models import AISystem


def fill(root: BusinessUnit, system: AISystem, officer: User, owner: User) -> dict[str, str | int]:
    """Return a policy, and an item that was told, acknowledged and is overdue."""
    levels = (LevelWish(5, ("responsible",)), LevelWish(10, ("deputy", "role:CISO")))
    wish = PolicyWish(name="Critical items", unit=root, levels=levels, clock=ClockKind.ALWAYS)
    policy = save_policy(None, actor=officer, wish=wish)
    now = timezone.now()
    said = {"unit_id": system.unit_id, "system_id": system.pk, "url": f"/systems/{system.ref}/"}
    late = {"due_at": now - timedelta(days=2), "since": now - timedelta(days=9)}
    dues = [
        Due(
            key=f"system:{kind}:{system.pk}",
            kind=kind,
            title=title,
            severity=Severity.HIGH,
            whom=(owner.pk,),
            **said,
            **late,
        )
        for kind, title in (
            ("evidence_ends", "The bias test of the claims triage scorer ends"),
            ("oncall_gap", "Nobody is on call on Friday night"),
        )
    ]
    open_items(dues, plans={"evidence_ends": deadline_plan("evidence_ends"), "oncall_gap": None})
    sweep()
    told = Item.objects.get(kind="evidence_ends")
    acknowledge(told, actor=owner)
    return {"policy": policy.pk, "told": told.ref}
