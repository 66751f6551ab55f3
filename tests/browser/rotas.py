"""On-call schedules for the browser tests."""

from datetime import date, time, timedelta

from django.utils import timezone

from governance.accounts.models import BusinessUnit, User
from raci.oncall import actions, cover_actions
from raci.oncall.actions import LayerWish
from raci.oncall.rules import Every

HOUR = timedelta(hours=1)


def fill(root: BusinessUnit, officer: User, lead: User, owner: User) -> dict[str, str | int]:
    """Return a schedule with gaps, an override, swaps and handovers, and one without layers."""
    rota = actions.make_schedule(
        root, actor=officer, role="OC", name="Night watch", zone="Europe/Berlin", confirms=True
    )
    layer = {"starts_on": date(2026, 1, 5), "handover_at": time(9), "unit": Every.DAYS}
    both = LayerWish("Everybody", [lead, owner], **layer, weekdays=range(5))
    actions.put_layer(rota, actor=officer, wish=both)
    now = timezone.now()
    first = (now, now + HOUR)
    cover_actions.add_override(rota, actor=officer, person=officer, times=first, reason="Fair")
    later = (now + 50 * HOUR, now + 60 * HOUR)
    cover_actions.ask_swap(rota, actor=lead, taker=owner, times=later, reason="A wedding")
    swap = cover_actions.ask_swap(
        rota,
        actor=owner,
        taker=lead,
        times=(now + 70 * HOUR, now + 80 * HOUR),
        back=(now + 90 * HOUR, now + 99 * HOUR),
    )
    cover_actions.accept_swap(swap, actor=lead)
    empty = actions.make_schedule(root, actor=officer, role="IC", name="Commanders", zone="UTC")
    return {"rota": rota.pk, "empty_rota": empty.pk}
