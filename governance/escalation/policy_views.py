"""Pages of policies: by which levels items climb, and who that would be now."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from governance.accounts.access import acting_user, units_with
from governance.accounts.models import BusinessUnit, User
from governance.accounts.rules import Capability
from governance.common.errors import DomainError, StaleError
from governance.escalation import trying
from governance.escalation.freezing import plan_of
from governance.escalation.models import Policy
from governance.escalation.policy_actions import retire_policy, save_policy
from governance.escalation.policy_forms import MOST_LEVELS, Draft, samples
from governance.escalation.policy_models import PolicyQuerySet
from governance.escalation.rules import OPEN_STATUSES
from governance.escalation.wording import plan_words

GET_OR_POST = ["GET", "HEAD", "POST"]


def keeping(user: User) -> QuerySet[BusinessUnit]:
    """Return the units whose policies the person keeps: where they assign or configure."""
    assigns = units_with(user, Capability.ASSIGN).values("pk")
    configures = units_with(user, Capability.CONFIGURE).values("pk")
    return BusinessUnit.objects.filter(Q(pk__in=assigns) | Q(pk__in=configures))


def _visible(user: User) -> PolicyQuerySet:
    runs = Count("items", filter=Q(items__status__in=OPEN_STATUSES))
    rows = Policy.objects.visible_to(user).select_related("unit", "calendar")
    return rows.prefetch_related("levels").annotate(runs=runs)


@require_safe
@login_required
def policies(request: HttpRequest) -> HttpResponse:
    """List the policies in force, and the levels of those units that have none."""
    user, now = acting_user(request), timezone.now()
    rows = list(_visible(user).active().order_by("unit__name", "severity", "pk"))
    context = {
        "policies": trying.told(rows),
        "usual": trying.usual_levels(),
        "may_make": keeping(user).exists(),
        "now": now,
    }
    return render(request, "escalation/policies.html", context)


@require_safe
@login_required
def policy(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one policy, and who would be told when if something began now."""
    user, now = acting_user(request), timezone.now()
    row = get_object_or_404(_visible(user), pk=pk)
    offered = samples(user).filter(unit__path__contains=[row.unit_id])
    chosen = offered.filter(ref=request.GET.get("system", "")).first() or offered.first()
    plan = plan_of(row)
    context = {
        "policy": trying.told([row])[0],
        "words": plan_words(plan),
        "offered": offered[:100],
        "chosen": chosen,
        "tried": trying.tried(plan, row.unit, chosen, row.severity, now),
        "may_keep": row.retired_at is None and keeping(user).filter(pk=row.unit_id).exists(),
    }
    return render(request, "escalation/policy.html", context)


@require_http_methods(GET_OR_POST)
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Make a policy."""
    return _form(request, None)


@require_http_methods(GET_OR_POST)
@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a policy; runs that began keep what it was."""
    user = acting_user(request)
    row = get_object_or_404(_visible(user).active(), pk=pk)
    return _form(request, row)


def _form(request: HttpRequest, row: Policy | None) -> HttpResponse:
    user = acting_user(request)
    units = trying.require_units(user, keeping(user), row)
    posted = request.POST if request.method == "POST" else None
    draft = Draft(user, units, posted=posted, policy=row)
    wish = posted.get("do", "save") if posted is not None else ""
    tried: list[Any] = []
    if wish == "add":
        draft.add()
    elif wish.startswith("remove-"):
        draft.remove(trying.number(wish))
    elif wish and draft.is_valid():
        if wish != "preview":
            saved = _save(draft, user, row)
            if saved is not None:
                messages.success(request, f"{saved} is in force for what begins from now on.")
                return redirect("escalation:policy", saved.pk)
        else:
            tried = trying.tried_draft(draft, timezone.now())
    context = {
        "draft": draft,
        "policy": row,
        "tried": tried,
        "may_add": len(draft.levels) < MOST_LEVELS,
    }
    status = 422 if draft.has_errors else 200
    return render(request, "escalation/policy_form.html", context, status=status)


def _save(draft: Draft, user: User, row: Policy | None) -> Policy | None:
    """Return the saved policy; nothing when it was refused, which then stands in the form."""
    seen = draft.form.cleaned_data["row_version"]
    try:
        return save_policy(row, actor=user, wish=draft.wish, seen=seen)
    except StaleError:
        raise
    except DomainError as refusal:
        draft.form.add_error(None, str(refusal))
        return None


@require_POST
@login_required
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a policy out of force; runs that began by it go on by it."""
    user = acting_user(request)
    row = get_object_or_404(_visible(user).active(), pk=pk)
    retire_policy(row, actor=user)
    messages.success(request, f"{row} is out of force. Runs that began by it go on by it.")
    return redirect("escalation:policies")
