"""Pages: the way to a result as a tree, and the same as JSON to take away."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from governance.accounts.access import acting_user
from governance.classification.branches import tree_of
from governance.classification.deciding import as_published, trace_bytes
from governance.classification.explain import shown
from governance.classification.instead import outcomes
from governance.classification.models import Assessment
from governance.classification.queries import Provisional, engine, provisional
from inventory.systems.actions import may_edit
from inventory.systems.models import AISystem


@require_safe
@login_required
def trace(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the way to what the facts say now."""
    system, now = _now(request, ref)
    back = reverse("classification:review", args=[ref])
    context = _told(now.trace, str(now.classification.tier)) | {
        "system": system,
        "result": shown(now.result),
        "possible": now.could_be,
        "open_count": len(now.classification.open_questions),
        "may_edit": may_edit(acting_user(request), system) and not system.is_retired,
        "pack_version": engine().pack.short_version,
        "back": back,
        "json_url": f"{back}trace.json",
    }
    return render(request, "classification/trace.html", context)


@require_safe
@login_required
def trace_json(request: HttpRequest, ref: str) -> HttpResponse:
    """Send the way to what the facts say now as canonical JSON."""
    system, now = _now(request, ref)
    return _sent(now.trace, f"{system.ref}-trace.json")


@require_safe
@login_required
def signed_trace(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Show the way to a signed classification, as it was signed."""
    assessment = _signed(request, ref, number)
    back = reverse("classification:signed", args=[ref, number])
    context = _told(assessment.trace, assessment.tier) | {
        "system": assessment.system,
        "assessment": assessment,
        "result": shown(assessment.result),
        "possible": (),
        "pack_version": assessment.pack_version[:7],
        "back": back,
        "json_url": f"{back}trace.json",
    }
    return render(request, "classification/trace.html", context)


@require_safe
@login_required
def signed_trace_json(request: HttpRequest, ref: str, number: int) -> HttpResponse:
    """Send the way to a signed classification as canonical JSON."""
    assessment = _signed(request, ref, number)
    return _sent(assessment.trace, f"{ref}-C{number}-trace.json")


def _now(request: HttpRequest, ref: str) -> tuple[AISystem, Provisional]:
    rows = AISystem.objects.visible_to(acting_user(request)).select_related("unit")
    system = get_object_or_404(rows, ref=ref)
    return system, provisional(system)


def _signed(request: HttpRequest, ref: str, number: int) -> Assessment:
    rows = Assessment.objects.visible_to(acting_user(request)).defer(None)
    rows = rows.select_related("system__unit", "signed_by")
    return get_object_or_404(rows, system__ref=ref, number=number)


def _told(told: Mapping[str, Any], tier: str) -> dict[str, Any]:
    published = as_published(told)
    return {"tree": tree_of(published), "tier": tier, "outcomes": outcomes(published, tier)}


def _sent(told: Mapping[str, Any], name: str) -> HttpResponse:
    response = HttpResponse(trace_bytes(told), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
