"""The pages of proposing a version and of waiving its pinned id."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from governance.accounts.access import acting_user, may
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import actions, checklist, classing, proofs, situations, waiver_actions
from governance.approvals.change_rows import AI_ACT_QUESTIONS
from governance.approvals.lifecycle import ChangeClass, Environment
from governance.approvals.models import Release
from governance.approvals.proof_forms import WaiverForm
from governance.approvals.propose_forms import ProposeForm
from governance.approvals.queue import SLOT_SHORT
from governance.approvals.sides import side_by_side
from governance.approvals.waiving import may_run, pin_words
from inventory.systems.bundles.rules import Bundle
from inventory.systems.models import ModelVersion
from inventory.systems.pins.table import pin_of


def version_of(user: User, pk: int) -> ModelVersion:
    """Return a version of a system the person sees; 404 for any other."""
    versions = ModelVersion.objects.visible_to(user)
    related = versions.select_related("system__unit", "system__owner", "system__vendor")
    return get_object_or_404(related, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a version for a place, or show first which class the change is."""
    user = acting_user(request)
    version = version_of(user, pk)
    parameters = sorted(Bundle.of(version.bundle).part("parameters"))
    start = {"seen": version.digest, "environment": Environment.PROD}
    form = ProposeForm(request.POST or None, initial=start, parameters=parameters)
    if "look" in request.POST or not form.is_valid():
        return _asked(request, user, version, form)
    said = form.wish()
    release = actions.submit(version, actor=user, seen=form.cleaned_data["seen"], **said)
    messages.success(request, f"{version} is proposed as {release.ref}.")
    return redirect("approvals:update", ref=release.ref)


def _asked(
    request: HttpRequest, user: User, version: ModelVersion, form: ProposeForm
) -> HttpResponse:
    """Return the form with what it would come to: class, voices, evidence, differences."""
    looks = "look" in request.POST
    release = _imagined(version, user, form)
    suggested = classing.suggested(release)
    release.change_class = suggested.change_class
    rule = situations.rule_of(release)
    needs_waiver = not may_run(version, proposed_by=user.pk)
    context: dict[str, Any] = {
        "version": version,
        "system": version.system,
        "form": form,
        "shows_errors": form.is_bound and not looks,
        "suggested": suggested,
        "questions": AI_ACT_QUESTIONS if suggested.change_class == ChangeClass.SUBSTANTIAL else (),
        "voices": [SLOT_SHORT[slot] for slot in rule.slots],
        "tier": release.get_risk_tier_display(),
        "items": checklist.items(release),
        "checks": checklist.checks(release),
        "before": release.before.version if release.before else None,
        "groups": side_by_side(release.before.version if release.before else None, version),
        "needs_waiver": needs_waiver,
        "pin_words": pin_words(version),
        "may_waive": needs_waiver and may(user, Capability.APPROVE, version.system.unit),
    }
    failed = form.is_bound and bool(form.errors) and not looks
    return render(request, "approvals/propose.html", context, status=422 if failed else 200)


def _imagined(version: ModelVersion, user: User, form: ProposeForm) -> Release:
    """Return the release as it would be drafted by what is typed; it is not stored."""
    given = form.data if form.is_bound else {}
    places = {one.value for one in Environment}
    place = given.get("environment", Environment.PROD)
    release = Release(
        system=version.system,
        version=version,
        environment=place if place in places else Environment.PROD,
        task=str(given.get("task", ""))[:60],
        digest=version.digest,
        reason=str(given.get("reason", "")),
        declared=form.told(),
        submitted_by=user,
        submitted_at=timezone.now(),
    )
    release.before = proofs.running_in(release)
    release.risk_tier = proofs.tier_of(version.system)
    return release


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Allow a version with a model id that is not pinned to be proposed."""
    user = acting_user(request)
    version = version_of(user, pk)
    form = WaiverForm(request.POST or None, initial={"seen": version.digest})
    if form.is_valid():
        waiver = waiver_actions.grant_waiver(version, actor=user, **form.cleaned_data)
        messages.success(request, f"{version} may be proposed until {waiver.ends_on:%-d %B %Y}.")
        return redirect("approvals:history", ref=version.system.ref)
    context = {
        "version": version,
        "system": version.system,
        "form": form,
        "pin": pin_of(version.provider, version.model_id),
        "pin_words": pin_words(version),
    }
    status = 422 if form.errors else 200
    return render(request, "approvals/waive.html", context, status=status)
