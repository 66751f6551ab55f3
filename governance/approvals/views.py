"""The pages of model updates: the queue, one update, proposing and waiving."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, may, people_behind
from governance.accounts.models import User
from governance.accounts.rules import Capability
from governance.approvals import actions, queries
from governance.approvals.forms import DecisionForm, SubmitForm, WaiverForm
from governance.approvals.models import Review
from governance.ledger.queries import timeline
from inventory.systems.models import AISystem, ModelVersion
from inventory.systems.pins.table import pin_of

PAGE_SIZE = 50


@require_safe
@login_required
def updates(request: HttpRequest) -> HttpResponse:
    """Show what waits for approval, the oldest first, or what was decided."""
    show = "decided" if request.GET.get("show") == "decided" else "waiting"
    seen = Review.objects.visible_to(acting_user(request)).with_all()
    sets = {"waiting": seen.waiting(), "decided": seen.decided()}
    counts = {name: rows.count() for name, rows in sets.items()}
    paginator = Paginator(sets[show], PAGE_SIZE)
    paginator.count = counts[show]  # counted already
    labels = {"waiting": "Waiting", "decided": "Decided"}
    segments = [
        {"url": f"?show={name}", "label": words, "count": counts[name], "current": name == show}
        for name, words in labels.items()
    ]
    page = paginator.get_page(request.GET.get("page"))
    context = {"page": page, "segments": segments, "show": show, "any": any(counts.values())}
    return render(request, "approvals/updates.html", context)


def _visible(user: User, ref: str) -> Review:
    return get_object_or_404(Review.objects.visible_to(user).with_all(), ref=ref)


@require_safe
@login_required
def update(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one update: checks first, what changes, what follows, and the decision."""
    user = acting_user(request)
    return _shown(request, user, _visible(user, ref))


def _shown(
    request: HttpRequest, user: User, review: Review, form: DecisionForm | None = None
) -> HttpResponse:
    version = review.version
    checks = queries.checks(version)
    before = queries.version_before(review)
    refusal = queries.why_not(user, review)
    fails = any(check.fails for check in checks)
    context = {
        "review": review,
        "system": version.system,
        "checks": checks,
        "before": before,
        "groups": queries.compared(before, version),
        "consequences": queries.consequences(review, before),
        "refusal": refusal,
        "may_decide": review.is_open and not refusal,
        "may_withdraw": review.is_open
        and user.pk in (review.submitted_by_id, version.system.owner_id)
        and may(user, Capability.SUBMIT, version.system.unit),
        "form": form or DecisionForm(initial={"seen": version.digest}, checks_fail=fails),
        "waivers": version.waivers.select_related("granted_by"),
        "entries": timeline(
            ("review", review.pk), ("modelversion", version.pk), people=people_behind
        ),
    }
    status = 422 if form and form.errors else 200
    return render(request, "approvals/update.html", context, status=status)


@require_POST
@login_required
def decide(request: HttpRequest, ref: str) -> HttpResponse:
    """Approve the update, or send it back."""
    user = acting_user(request)
    review = _visible(user, ref)
    fails = any(check.fails for check in queries.checks(review.version))
    form = DecisionForm(request.POST, checks_fail=fails)
    if not form.is_valid():
        return _shown(request, user, review, form)
    given = form.cleaned_data
    verb = actions.approve if given["decision"] == "approve" else actions.reject
    verb(review, actor=user, reason=given["reason"], seen=given["seen"])
    messages.success(request, f"{review.version}: {review.words.lower()}.")
    return redirect("approvals:update", ref=review.ref)


@require_POST
@login_required
def withdraw(request: HttpRequest, ref: str) -> HttpResponse:
    """Take a proposal back."""
    user = acting_user(request)
    review = _visible(user, ref)
    actions.withdraw(review, actor=user, reason=request.POST.get("reason", "")[:10_000])
    messages.success(request, f"{review.version} is withdrawn.")
    return redirect("approvals:update", ref=review.ref)


@require_safe
@login_required
def history(request: HttpRequest, ref: str) -> HttpResponse:
    """Show all versions of a system and what was decided about them."""
    user = acting_user(request)
    system = get_object_or_404(AISystem.objects.visible_to(user).select_related("unit"), ref=ref)
    context = {"updates": queries.on_system(system, user), "system": system}
    return render(request, "approvals/history.html", context)


def _version(user: User, pk: int) -> ModelVersion:
    versions = ModelVersion.objects.visible_to(user).select_related("system__unit")
    return get_object_or_404(versions, pk=pk)


def _about(version: ModelVersion, form: Any) -> dict[str, Any]:
    before = queries.current_version(version.system)
    return {
        "version": version,
        "system": version.system,
        "form": form,
        "pin": pin_of(version.provider, version.model_id),
        "pin_words": queries.pin_words(version),
        "checks": queries.checks(version),
        "before": before,
        "groups": queries.compared(before, version),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a version for approval."""
    user = acting_user(request)
    version = _version(user, pk)
    form = SubmitForm(request.POST or None, initial={"seen": version.digest})
    if form.is_valid():
        review = actions.submit(version, actor=user, **form.cleaned_data)
        messages.success(request, f"{version} waits for approval as {review.ref}.")
        return redirect("approvals:update", ref=review.ref)
    status = 422 if form.errors else 200
    context = _about(version, form) | {
        "needs_waiver": not queries.may_run(version, proposed_by=user.pk),
        "may_waive": may(user, Capability.APPROVE, version.system.unit),
    }
    return render(request, "approvals/propose.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Grant a waiver for a version whose model id is not pinned."""
    user = acting_user(request)
    version = _version(user, pk)
    form = WaiverForm(request.POST or None, initial={"seen": version.digest})
    if form.is_valid():
        waiver = actions.grant_waiver(version, actor=user, **form.cleaned_data)
        messages.success(request, f"{version} may be proposed until {waiver.ends_on:%-d %B %Y}.")
        return redirect("approvals:history", ref=version.system.ref)
    status = 422 if form.errors else 200
    return render(request, "approvals/waive.html", _about(version, form), status=status)
