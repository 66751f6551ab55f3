"""What climbs about a system, or about the very thing that a page shows."""

from django.utils import timezone

from governance.accounts.models import User
from governance.escalation.models import Item
from governance.escalation.page import RELATED, Line, page_lines
from inventory.systems.models import AISystem

MOST = 6


def open_about(system: AISystem, user: User) -> list[Line]:
    """Return what is open about a system and the person sees, what is due next first."""
    rows = Item.objects.visible_to(user).open().filter(system=system)
    found = rows.select_related(*RELATED).order_by("due_at", "pk")[:MOST]
    return page_lines(found, timezone.now())


def open_here(path: str, user: User) -> Line | None:
    """Return the open item about what stands at an address; none, or none the person sees."""
    rows = Item.objects.visible_to(user).open().filter(url=path)
    found = rows.select_related(*RELATED).order_by("due_at", "pk")[:1]
    return next(iter(page_lines(found, timezone.now())), None)
