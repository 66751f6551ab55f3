"""The history of a system's versions, and any two of them side by side."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.accounts.models import User
from governance.approvals.history import on_system
from governance.approvals.measured import cost_delta, measured
from governance.approvals.sides import side_by_side
from inventory.systems.actions import may_edit
from inventory.systems.models import AISystem, ModelVersion

SIDES = (("from", "From"), ("to", "to"))
MOST_CHOICES = 200  # versions offered to compare


def system_of(user: User, ref: str) -> AISystem:
    """Return a system the person sees; 404 for any other."""
    rows = AISystem.objects.visible_to(user).select_related("unit", "owner", "vendor")
    return get_object_or_404(rows, ref=ref)


@require_safe
@login_required
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """Show all versions of a system, where each of them ran, and what they came from."""
    user = acting_user(request)
    system = system_of(user, ref)
    context = {
        "updates": on_system(system, user, request.GET.get("page")),
        "system": system,
        "sides": SIDES,
        "may_change": may_edit(user, system) and not system.is_retired,
    }
    return render(request, "approvals/history.html", context)


def _chosen(request: HttpRequest, system: AISystem, name: str) -> ModelVersion:
    """Return the version that the address names; else the newest, for "from" the oldest."""
    rows = system.versions.select_related("system")
    named = rows.filter(label=request.GET.get(name, "")).first()
    found = named or (rows.last() if name == "from" else rows.first())
    if found is None:
        raise Http404("The system has no version.")
    return found


@require_safe
@login_required
def compare(request: HttpRequest, ref: str) -> HttpResponse:
    """Show two versions of a system side by side, with what was measured of both."""
    system = system_of(acting_user(request), ref)
    after, before = _chosen(request, system, "to"), _chosen(request, system, "from")
    newest = list(system.versions.values_list("label", flat=True)[:MOST_CHOICES])
    context = {
        "system": system,
        "labels": list(dict.fromkeys([*newest, after.label, before.label])),
        "before": before,
        "after": after,
        "sides": [("from", "From", before.label), ("to", "to", after.label)],
        "groups": side_by_side(before, after),
        "measured": measured(after, before),
        "costs": cost_delta(after, before),
        "is_same": before.digest == after.digest,
    }
    return render(request, "approvals/compare.html", context)
