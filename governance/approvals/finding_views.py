"""Findings, freezes, and how much a system matters: small pages with one form each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, units_with, visible_units
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import around_actions, finding_actions, proofs
from governance.approvals.forms import ReasonForm
from governance.approvals.history_views import system_of
from governance.approvals.models import Finding, Freeze, Materiality
from governance.approvals.proof_forms import FreezeForm, MaterialityForm
from governance.approvals.quorum import materiality as weight_of
from governance.approvals.quorum import of_data, of_law
from governance.classification import queries as classification
from inventory.systems.models import AISystem


@require_safe
@login_required
def findings(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what is or was wrong about the releases of a system."""
    system = system_of(acting_user(request), ref)
    rows = Finding.objects.filter(system=system).select_related(
        "release", "opened_by", "accepted_by", "closed_by"
    )
    context = {"system": system, "findings": rows.order_by("closed_at", "severity", "-opened_at")}
    return render(request, "approvals/findings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a finding, or close it, with the reason."""
    user = acting_user(request)
    seen = AISystem.objects.visible_to(user).values("pk")
    rows = Finding.objects.filter(system__in=seen).select_related("system__unit", "release")
    found = get_object_or_404(rows, pk=pk)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        closes = request.POST.get("decision") == "close"
        act = finding_actions.close_finding if closes else finding_actions.accept_finding
        act(found, actor=user, reason=form.cleaned_data["reason"])
        messages.success(request, "The finding is closed." if closes else "It is accepted.")
        if found.release:
            return redirect("approvals:update", ref=found.release.ref)
        return redirect("approvals:findings", ref=found.system.ref)
    context = {
        "finding": found,
        "system": found.system,
        "form": form,
        "may_accept": found.accepted_at is None and found.kind == Finding.Kind.EVALUATION,
        "may_decide": may(user, Capability.APPROVE, found.system.unit),
    }
    return render(request, "approvals/finding.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def freezes(request: HttpRequest) -> HttpResponse:
    """Show the times in which nothing goes live, and set one."""
    user = acting_user(request)
    units = units_with(user, Capability.APPROVE).order_by("path")
    can = units.exists()
    form = FreezeForm(request.POST or None, units=units) if can else None
    if form is not None and form.is_valid():
        given = form.cleaned_data
        unit = given.pop("unit")
        around_actions.set_freeze(unit, actor=user, **given)
        messages.success(request, f"Nothing goes live in {unit} then.")
        return redirect("approvals:freezes")
    context = {
        "form": form,
        "rows": _freezes(user),
        "units": set(units.values_list("pk", flat=True)),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "approvals/freezes.html", context, status=status)


def _freezes(user: User) -> list[Freeze]:
    """Return the freezes of units that the person sees or that lie above these."""
    paths = visible_units(user).values_list("path", flat=True)
    above = {pk for path in paths for pk in path}
    rows = Freeze.objects.filter(unit__in=above, ends_at__gte=timezone.now())
    return list(rows.filter(lifted_at__isnull=True).select_related("unit", "set_by"))


@require_POST
@login_required
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a freeze before its time."""
    user = acting_user(request)
    rows = Freeze.objects.filter(unit__in=visible_units(user).values("pk")).select_related("unit")
    around_actions.lift_freeze(get_object_or_404(rows, pk=pk), actor=user)
    messages.success(request, "The freeze is lifted.")
    return redirect("approvals:freezes")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def materiality(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what makes the tier of a system, and say how much it matters."""
    user = acting_user(request)
    system = system_of(user, ref)
    rows = list(Materiality.objects.filter(system=system).select_related("said_by")[:20])
    last = rows[0] if rows else None
    start = {"exposure": last.exposure, "purpose": last.purpose} if last else {}
    form = MaterialityForm(request.POST or None, initial=start)
    if form.is_valid():
        around_actions.say_materiality(system, actor=user, **form.cleaned_data)
        messages.success(request, f"{system}: the tier is {proofs.tier_of(system)} now.")
        return redirect("approvals:materiality", ref=system.ref)
    signed = classification.current(system)
    context = {
        "system": system,
        "form": form,
        "rows": rows,
        "tier": proofs.tier_of(system),
        "law": of_law(signed.tier if signed else None),
        "signed": signed,
        "data": of_data(system.data_categories),
        "weight": weight_of(last.exposure, last.purpose) if last else None,
        "may_say": may(user, Capability.CLASSIFY, system.unit),
    }
    return render(
        request, "approvals/materiality.html", context, status=422 if form.errors else 200
    )
