"""Which controls the records of one system show: a page, and the panel on the system's own."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.crosswalk.queries import Coverage, survey
from governance.crosswalk.rules import Control, Framework, State
from inventory.systems.models import AISystem


@dataclass(frozen=True)
class Shows:
    """What a system's records come to in each framework, and for which controls."""

    cards: list[Coverage]
    present: list[Control]
    stale: list[Control]


def shows(system: AISystem) -> Shows:
    """Return what the records of a system show; a control once, whatever frameworks name it."""
    told = survey([system.pk])
    cards = [told.coverage(framework) for framework in Framework]
    states: dict[State, dict[str, Control]] = {state: {} for state in State}
    for card in cards:
        for one in card.standings:
            states[one.state][one.control.code] = one.control
    found = {state: [known[code] for code in sorted(known)] for state, known in states.items()}
    return Shows(cards, found[State.PRESENT], found[State.STALE])


@require_safe
@login_required
def on_system(request: HttpRequest, ref: str) -> HttpResponse:
    """Show which controls a system's records show; only the panel to the page that asks for it."""
    rows = AISystem.objects.visible_to(acting_user(request))
    system = get_object_or_404(rows, ref=ref)
    htmx = request.htmx  # type: ignore[attr-defined]
    is_part = htmx and not htmx.history_restore_request
    template = "crosswalk/_on_system.html" if is_part else "crosswalk/on_system.html"
    response = render(request, template, {"system": system, "shows": shows(system)})
    patch_vary_headers(response, ["HX-Request"])
    return response
