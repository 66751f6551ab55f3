"""The serious incidents of the demo organisation, told by calling actions only."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from governance.accounts.models import User
from governance.incidents import actions as incidents
from inventory.systems.models import AISystem

SAID = ("title", "description", "effects", "zone")
OF_A_STEP = ("kind", "note", "authority", "number")


def speak(rows: Iterable[Mapping[str, Any]], people: Mapping[str, User]) -> None:
    """Register each incident and what was done about it, at the hours that the data say."""
    now = timezone.now()
    for row in rows:
        actor, aware = people[row["by"]], now - timedelta(hours=row["aware"])
        incident = incidents.register_incident(
            AISystem.objects.select_related("unit").get(name=row["system"]),
            actor=actor,
            aware_at=aware,
            **{name: row[name] for name in SAID},
        )
        for step in row["steps"]:
            said = {name: step[name] for name in OF_A_STEP if name in step}
            done_at = aware + timedelta(hours=step["after"])
            incidents.record_step(incident, actor=actor, done_at=done_at, **said)
        if "closed" in row:
            incidents.close_incident(incident, actor=actor, reason=row["closed"])
